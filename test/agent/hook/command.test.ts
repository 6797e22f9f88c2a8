import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay, setImmediate } from 'node:timers/promises'
import t from 'tap'
import { openCgroupTree } from '../../../agent/group/control/cgroup.ts'
import { createCommandRunner } from '../../../agent/hook/command.ts'

const tree = openCgroupTree()
const parents: string[] = []

function sample() {
  const parent = `/cleave-test-hooks-${process.pid}-${parents.length}`
  parents.push(parent)
  const run = createCommandRunner({ tree, parent })
  return (
    script: string,
    {
      user = 'daemon',
      timeoutSeconds = 20,
      signal = new AbortController().signal,
      words = ['/bin/sh', '-c', script],
    } = {},
  ) =>
    run({
      hook: { command: words, user, timeoutSeconds },
      environment: { CLEAVE_GROUP: 'shop', CLEAVE_CHILDREN: 'front back' },
      signal,
    })
}

const isGone = (pid: number) =>
  !existsSync(`/proc/${pid}`) || /State:\tZ/.test(readFileSync(`/proc/${pid}/status`, 'utf8'))

t.test('it runs as its user, with what a login of that user has, and no more', async (t) => {
  const run = sample()
  const own = '/proc/self/oom_score_adj'
  const score = readFileSync(own, 'utf8')
  t.teardown(() => writeFileSync(own, score))
  writeFileSync(own, '100')
  const { outcome, output = '' } = await run(
    'id -un; id -u; id -gn; id -Gn; echo "$CLEAVE_GROUP|$CLEAVE_CHILDREN|$HOME|$USER"; pwd; cat /proc/self/oom_score_adj; grep -E "^(CapEff|CapInh|NoNewPrivs)" /proc/self/status; echo $#',
  )
  t.equal(outcome, 'HOOK_OUTCOME_DONE')
  t.same(output.split('\n'), [
    'daemon',
    '1',
    'daemon',
    'daemon',
    'shop|front back|/usr/sbin|daemon',
    '/',
    '0',
    'CapInh:\t0000000000000000',
    'CapEff:\t0000000000000000',
    'NoNewPrivs:\t1',
    '0',
  ])
  const { output: groups = '' } = await run('id -Gn', { user: '1' })
  t.equal(groups, 'daemon', 'by number, and without the groups of who started it')
  t.match(await run('exit 0', { user: 'nobody-at-all' }), {
    outcome: 'HOOK_OUTCOME_BROKEN',
    detail: 'there is no user nobody-at-all',
  })
})

t.test('no shell reads what it is given', async (t) => {
  const run = sample()
  const words = ['/usr/bin/printf', '[%s]', '$(id)', '; id', '"', "'", '-c', '']
  t.match(await run('', { words }), { output: `[$(id)][; id]["]['][-c][]` })
  t.match(await run('', { words: ['/nonexistent/command'] }), {
    outcome: 'HOOK_OUTCOME_BROKEN',
    detail: 'could not be run (exit code 127)',
    output: /nonexistent/,
  })
  t.match(await run('', { words: ['/etc/passwd'] }), { outcome: 'HOOK_OUTCOME_BROKEN', detail: /126/ })
})

t.test('the exit code decides, and the end of both outputs is kept', async (t) => {
  const run = sample()
  t.match(await run('echo out; echo err >&2; exit 3'), {
    outcome: 'HOOK_OUTCOME_REFUSED',
    detail: 'exit code 3',
    output: /^(out\nerr|err\nout)$/,
  })
  t.match(await run('kill -TERM $$'), { outcome: 'HOOK_OUTCOME_REFUSED', detail: 'ended by SIGTERM' })
  const { output = '' } = await run('seq 1 100000; echo last')
  t.equal(Buffer.byteLength(output), 4095, 'the line end at the end is not told')
  t.match(output, /100000\nlast$/)
})

t.test('what it leaves behind ends with it, also what has left its session', async (t) => {
  const run = sample()
  const { outcome, output = '' } = await run(
    'setsid sh -c "trap \\"\\" TERM; echo \\$\\$; exec sleep 1000" & sleep 0.2; setsid sleep 1000 & echo $!',
  )
  t.equal(outcome, 'HOOK_OUTCOME_DONE', 'it does not wait for them')
  const pids = output.split('\n').map(Number)
  t.equal(pids.length, 2)
  for (const pid of pids) t.ok(isGone(pid), String(pid))
})

t.test('at its bound it ends with all that it has started', async (t) => {
  const run = sample()
  const script = 'setsid sleep 1000 & echo $!; trap "" TERM INT; while :; do sleep 1000; done'
  const ended = await run(script, { timeoutSeconds: 0.5 })
  t.match(ended, { outcome: 'HOOK_OUTCOME_TIMED_OUT', detail: 'not done within 0.5 s' })
  t.ok(isGone(Number(ended.output)))

  // Goes on to fork while it is ended.
  const bomb = 'for i in $(seq 400); do sleep 1000 & done; wait'
  t.match(await run(bomb, { timeoutSeconds: 0.1 }), { outcome: 'HOOK_OUTCOME_TIMED_OUT' })
})

t.test('it can be cancelled at any moment', async (t) => {
  const run = sample()
  for (const milliseconds of [0, 5, 20, 100]) {
    const controller = new AbortController()
    const ended = run('sleep 1000', { signal: controller.signal })
    await delay(milliseconds)
    controller.abort()
    t.match(await ended, { outcome: 'HOOK_OUTCOME_CANCELLED' }, `${milliseconds} ms`)
  }
})

t.test('it can be cancelled before it is in its cgroup', async (t) => {
  for (let round = 0; round < 20; round++) {
    const run = sample()
    const controller = new AbortController()
    const ended = run('sleep 1000', { signal: controller.signal })
    const folder = tree.folder(parents.at(-1) ?? '')
    // It is made right before the command is started.
    while (!existsSync(folder)) await setImmediate()
    controller.abort()
    t.match(await ended, { outcome: 'HOOK_OUTCOME_CANCELLED', output: '' })
  }
})

t.test('an agent ends what an earlier one left', async (t) => {
  const parent = `/cleave-test-hooks-${process.pid}-left`
  const run = createCommandRunner({ tree, parent })
  const hook = { command: ['/bin/sleep', '1000'], user: 'daemon', timeoutSeconds: 20 }
  const ended = run({ hook, environment: {}, signal: new AbortController().signal })
  while (tree.events(parent)?.populated !== true) await delay(5)
  createCommandRunner({ tree, parent })
  t.match(await ended, { outcome: 'HOOK_OUTCOME_REFUSED', detail: 'ended by SIGKILL' })
  t.notOk(existsSync(join(tree.folder(parent))))
})

t.test('no cgroup is left', async (t) => {
  for (const parent of parents) t.notOk(existsSync(tree.folder(parent)))
})
