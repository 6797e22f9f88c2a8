import { chmodSync, chownSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { readProcessStatus } from '../../../agent/group/control/process-status.ts'
import { tellApplication } from '../../../agent/hook/application.ts'
import type { ApplicationMessage } from '../../../proto/application.ts'
import { sleeper, startPerl } from '../process/sample-process.ts'

const nobody = 65_534
const ready = '{"answer":"ready"}\n'
const message: ApplicationMessage = {
  event: 'beforeSplit',
  operation: 'split-1',
  group: 'shop',
  children: ['front'],
}

/** An application that listens, of this process as far as its life goes. */
async function listen(t: Test, answer: (socket: Socket, line: string) => void) {
  // The path of a socket has to be short.
  const folder = await mkdtemp(join(tmpdir(), 'cleave-'))
  const path = join(folder, 'shop.sock')
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.on('data', (chunk) => answer(socket, String(chunk)))
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
    await rm(folder, { recursive: true })
  })
  return { folder, path, sockets }
}

const own = { pid: process.pid, startTicks: readProcessStatus(process.pid)?.startTicks ?? 0 }

const ask = (socket: string, more: Partial<Parameters<typeof tellApplication>[0]> = {}) =>
  tellApplication({
    socket,
    userId: 0,
    process: own,
    message,
    signal: new AbortController().signal,
    bounds: { first: 0.5, whole: 1 },
    ...more,
  })

t.test('it is told one thing, and its answer counts; then nothing is open any more', async (t) => {
  const lines: string[] = []
  const { path, sockets } = await listen(t, (socket, line) => {
    lines.push(line)
    socket.write(ready)
  })
  t.same(await ask(path), { outcome: 'HOOK_OUTCOME_DONE', detail: '' })
  t.same(
    lines.map((line) => JSON.parse(line)),
    [message],
  )
  for (let look = 0; look < 100 && sockets[0]?.destroyed === false; look++) await delay(10)
  t.ok(sockets[0]?.destroyed, 'before the answer is known, the connection is closed')
})

t.test('it refuses with a reason', async (t) => {
  const { path } = await listen(t, (socket) => socket.write('{"answer":"refuse","reason":"a backup runs"}\n'))
  t.match(await ask(path), { outcome: 'HOOK_OUTCOME_REFUSED', detail: 'a backup runs' })
})

t.test('it asks for time, within a bound', async (t) => {
  const { path } = await listen(t, (socket) => {
    socket.write('{"answer":"wait","seconds":20}\n')
    setTimeout(() => socket.write(ready), 1500)
  })
  t.match(await ask(path, { bounds: { first: 1, whole: 30 } }), { outcome: 'HOOK_OUTCOME_DONE' })
  const endless = await listen(t, (socket) => {
    const timer = setInterval(() => socket.write('{"answer":"wait","seconds":60}\n'), 50)
    socket.once('close', () => clearInterval(timer))
  })
  t.match(await ask(endless.path), { outcome: 'HOOK_OUTCOME_TIMED_OUT', detail: 'not done within 1 s' })
})

t.test('one that says nothing, nonsense, too much, or goes', async (t) => {
  const cases: [(socket: Socket) => void, object][] = [
    [() => {}, { outcome: 'HOOK_OUTCOME_TIMED_OUT' }],
    [(socket) => socket.write('yes\n'), { outcome: 'HOOK_OUTCOME_BROKEN', detail: 'answered yes' }],
    [(socket) => socket.write('x'.repeat(1_000_000)), { outcome: 'HOOK_OUTCOME_BROKEN' }],
    [(socket) => socket.end(), { outcome: 'HOOK_OUTCOME_BROKEN', detail: /closed the connection/ }],
  ]
  for (const [answer, expected] of cases) {
    const { path } = await listen(t, answer)
    t.match(await ask(path), expected)
  }
})

t.test('only its own socket is connected to', async (t) => {
  let connections = 0
  const { folder, path } = await listen(t, (socket) => {
    connections += 1
    socket.write(ready)
  })
  const other = join(folder, 'other.sock')
  symlinkSync(path, other)
  t.match(await ask(other), { outcome: 'HOOK_OUTCOME_BROKEN', detail: /other.sock is no socket/ })
  t.match(await ask(path, { userId: nobody }), {
    outcome: 'HOOK_OUTCOME_BROKEN',
    detail: /belongs to user 0, not to 65534/,
  })
  rmSync(other)
  writeFileSync(other, '')
  t.match(await ask(other), { outcome: 'HOOK_OUTCOME_BROKEN', detail: /is no socket/ })
  chmodSync(path, 0o666)
  t.match(await ask(path), { outcome: 'HOOK_OUTCOME_BROKEN', detail: /by others than its owner/ })
  chmodSync(path, 0o600)
  t.match(await ask(join(folder, 'none.sock')), { outcome: 'HOOK_OUTCOME_BROKEN', detail: /ENOENT/ })
  t.equal(connections, 0)

  chownSync(path, nobody, nobody)
  t.match(await ask(path, { userId: nobody }), { outcome: 'HOOK_OUTCOME_DONE' })
  t.equal(connections, 1)
})

t.test('what takes the place of a socket that was looked at is not connected to', async (t) => {
  let reached = 0
  const mine = await listen(t, (socket) => socket.write(ready))
  const victim = await listen(t, (socket) => {
    reached += 1
    socket.write(ready)
  })
  chownSync(mine.path, nobody, nobody)
  const [real, beside] = [`${mine.path}.real`, `${mine.path}.new`]
  renameSync(mine.path, real)
  const swap = 'symlink $v, $b; rename $b, $m; link $r, $b; rename $b, $m'
  const program = `my ($v, $b, $m, $r) = @ARGV; print "up\\n"; while (1) { ${swap} }`
  const swapping = await startPerl(t, program, { arguments: [victim.path, beside, mine.path, real] })
  const outcomes = new Set<string>()
  for (let round = 0; round < 300; round++) {
    outcomes.add((await ask(mine.path, { userId: nobody })).outcome)
    await delay(0)
  }
  await swapping.end()
  t.equal(reached, 0)
  t.same([...outcomes].sort(), ['HOOK_OUTCOME_BROKEN', 'HOOK_OUTCOME_DONE'], 'both were met')
})

t.test('one that ends is no failure', async (t) => {
  const perl = await startPerl(t, sleeper)
  const id = { pid: perl.pid, startTicks: readProcessStatus(perl.pid)?.startTicks ?? 0 }
  const { path } = await listen(t, (socket) => {
    void perl.end().then(() => socket.destroy())
  })
  t.match(await ask(path, { process: id }), { outcome: 'HOOK_OUTCOME_GONE' })
  t.match(await ask(`${path}.none`, { process: id }), { outcome: 'HOOK_OUTCOME_GONE' })
})

t.test('it can be cancelled', async (t) => {
  const { path } = await listen(t, () => {})
  const controller = new AbortController()
  const asked = ask(path, { signal: controller.signal })
  await delay(50)
  controller.abort()
  t.match(await asked, { outcome: 'HOOK_OUTCOME_CANCELLED' })
  t.match(await ask(path, { signal: controller.signal }), { outcome: 'HOOK_OUTCOME_CANCELLED' })
})
