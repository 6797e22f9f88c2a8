import t from 'tap'
import { UnansweredError, UnavailableError } from '../../../../proto/errors.ts'
import { runProgram } from '../../../../sdk/hypervisor/qemu/program.ts'

const shell = (script: string) => ({ command: 'sh', arguments: ['-c', script], package: 'dash' })

t.test('a program that does its work', async (t) => {
  t.equal(await runProgram({ ...shell('cat'), input: 'words' }), 'words')
  t.equal(await runProgram(shell('cat')), '', 'without input it finds the end at once')
})

t.test('a program that does not', async (t) => {
  await t.rejects(runProgram(shell('echo why >&2; exit 3')), {
    code: 'PROGRAM_FAILED',
    message: /sh failed: why/,
  })
  const endless = { command: 'sleep', arguments: ['60'], package: 'coreutils', timeoutMs: 50 }
  await t.rejects(runProgram(endless), { code: 'PROGRAM_TIMEOUT' })
  await t.rejects(runProgram(endless), UnansweredError)
  await t.rejects(runProgram({ ...shell(''), command: 'no-such-program' }), {
    code: 'PROGRAM_MISSING',
    remedy: /apt-get install dash/,
  })
  await t.rejects(
    runProgram({ command: 'yes', arguments: [], package: 'coreutils' }),
    { code: 'PROGRAM_FAILED' },
    'an endless answer',
  )
})

t.test('what the caller can do something about', async (t) => {
  const full = shell('echo "Could not create file: No space left on device" >&2; exit 1')
  await t.rejects(runProgram(full), { code: 'NO_SPACE' })
  const forbidden = shell('echo "RTNETLINK answers: Operation not permitted" >&2; exit 2')
  await t.rejects(runProgram(forbidden), { code: 'NO_RIGHTS' })
  await t.rejects(runProgram(forbidden), UnavailableError)
})
