import t from 'tap'
import { runProgram } from '../../../agent/disk/run-program.ts'

const run = (script: string, timeoutMs = 20_000) =>
  runProgram('sh', ['-c', script], { timeoutMs, from: 'dash' })

t.test('how it ended and what it wrote is told', async (t) => {
  t.same(await run('echo one; echo two >&2; exit 3'), { exitCode: 3, output: 'one\ntwo' })
  t.match(await run('echo $LC_ALL; kill -9 $$'), { exitCode: -1, output: 'C' })
  const { exitCode, output } = await run('yes | head -c 3000000; exit 0')
  t.equal(exitCode, 0, 'it is not ended for what it writes')
  t.ok(output.length <= 256 * 1024)
})

t.test('one that is not there, and one that does not end', async (t) => {
  await t.rejects(runProgram('/no/such-program', [], { timeoutMs: 1000, from: 'nowhere' }), {
    code: 'NO_PROGRAM',
    message: 'the guest has no /no/such-program',
    remedy: 'Install nowhere in the guest.',
  })
  await Promise.all([
    t.rejects(run('exec sleep 60', 100), { code: 'PROGRAM_STUCK', message: /sh -c exec sleep 60/ }),
    t.rejects(run("trap '' TERM; while :; do sleep 1; done", 100), { code: 'PROGRAM_STUCK' }),
  ])
})
