import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { FailedError, UnansweredError } from '../../../../../proto/errors.ts'
import { connectQmp } from '../../../../../sdk/hypervisor/qemu/qmp/client.ts'
import { shortFolder } from '../short-folder.ts'
import { serve } from './fake-monitor.ts'
import { listening } from './listening.ts'

const peer = 'QEMU of shop'

/** A real QEMU without a machine, whose processors never start. */
async function startQemu(t: Test): Promise<{ path: string; process: ChildProcess }> {
  const path = join(shortFolder(t), 'qmp.sock')
  const process = spawn(
    'qemu-system-x86_64',
    ['-M', 'none', '-S', '-nodefaults', '-display', 'none', '-qmp', `unix:${path},server=on,wait=off`],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  t.teardown(async () => {
    if (process.exitCode !== null || process.signalCode !== null) return
    process.kill('SIGKILL')
    await once(process, 'exit')
  })
  await listening(path)
  return { path, process }
}

t.test('a real QEMU', async (t) => {
  const { path, process } = await startQemu(t)
  {
    using client = await connectQmp({ path, peer })
    t.match(client.version, /^\d+\.\d+\.\d+$/)
    t.strictSame(await client.execute('query-status'), { status: 'prelaunch', running: false })

    await t.rejects(client.execute('object-del', { id: 'nothing' }), {
      name: 'FailedError',
      code: 'QMP_GENERICERROR',
      message: /^QEMU of shop refused object-del: .*nothing/,
    })

    const [, status] = await Promise.all([client.execute('cont'), client.execute('query-status')])
    t.equal(status.status, 'running', 'commands run in the order of the calls')
    const before = Date.now()
    const resumed = await client.waitForEvent('RESUME', { timeoutMs: 1000 })
    t.ok(
      Math.abs(resumed.at - before) < 10_000,
      'an event of earlier is not lost, its time is the clock of the host',
    )
    await t.rejects(
      client.waitForEvent('RESUME', { timeoutMs: 20 }),
      UnansweredError,
      'nor is it given twice',
    )
    const stopped = client.waitForEvent('STOP', { timeoutMs: 1000 })
    await client.execute('stop')
    t.equal((await stopped).name, 'STOP')
  }
  using client = await connectQmp({ path, peer })
  const waiting = client.waitForEvent('RESUME', { timeoutMs: 5000 })
  const ended = t.rejects(waiting, { code: 'QMP_CLOSED' }, 'whoever waits learns of the end')
  await client.execute('quit')
  await ended
  await t.rejects(client.execute('cont'), { code: 'QMP_CLOSED' })
  if (process.exitCode === null) await once(process, 'exit')
})

t.test('a monitor serves the next client when the one before has closed', async (t) => {
  const { path } = await startQemu(t)
  const first = await connectQmp({ path, peer })
  await t.rejects(connectQmp({ path, peer, timeoutMs: 50 }), { code: 'QMP_TIMEOUT', message: /greeting/ })
  const second = connectQmp({ path, peer })
  first.close()
  first.close()
  t.equal((await (await second).execute('query-status')).status, 'prelaunch')
  ;(await second).close()
})

t.test('nobody there', async (t) => {
  const path = join(shortFolder(t), 'none.sock')
  await t.rejects(connectQmp({ path, peer }), { code: 'QMP_CLOSED', cause: { code: 'ENOENT' } })
})

const greeting = '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}}, "capabilities": []}}'

t.test('a monitor that is not one', async (t) => {
  const path = await serve(t, ['HTTP/1.1 400 Bad Request'])
  await t.rejects(connectQmp({ path, peer }), { code: 'QMP_MALFORMED' })
  const other = await serve(t, ['{"QMP": {"version": "seven"}}'])
  await t.rejects(connectQmp({ path: other, peer }), FailedError)
})

t.test('a monitor that says nothing', async (t) => {
  const path = await serve(t, [])
  await t.rejects(connectQmp({ path, peer, timeoutMs: 30 }), { code: 'QMP_TIMEOUT' })
})

t.test('a command that is never answered', async (t) => {
  const path = await serve(t, [greeting, '{"return": {}, "id": 1}'])
  using client = await connectQmp({ path, peer, timeoutMs: 30 })
  await t.rejects(client.execute('cont'), { code: 'QMP_TIMEOUT', message: /cont/ })
})

t.test('an answer of another shape', async (t) => {
  const path = await serve(t, [greeting, '{"return": {}, "id": 1}', '{"return": {"status": 7}, "id": 2}'])
  using client = await connectQmp({ path, peer })
  await t.rejects(client.execute('query-status'), { code: 'QMP_MALFORMED' })
})

t.test('a message without an end', async (t) => {
  const path = await serve(t, [
    greeting,
    '{"return": {}, "id": 1}',
    `{"return": "${'x'.repeat(5 * 1024 * 1024)}`,
  ])
  using client = await connectQmp({ path, peer })
  await t.rejects(client.execute('cont'), { code: 'QMP_MALFORMED', message: /longer than/ })
})
