import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { createAgentSessions } from '../../../sdk/guest/agent-sessions.ts'
import { createMachineChannel } from '../../agent/channel/machine-channel.ts'
import { createSampleAgent } from '../../agent/sample-agent.ts'
import { shortFolder } from '../hypervisor/qemu/short-folder.ts'
import { machineRecord } from '../store/machine-record.ts'

t.test('a machine that boots may be given more time, or less, than others', async (t) => {
  const socketPath = join(shortFolder(t), 'agent')
  // A machine without an agent: what is sent to it is read by nobody.
  const server = createServer(() => {}).listen(socketPath)
  t.teardown(() => server.close())
  await once(server, 'listening')
  const hypervisor = { agentSocket: () => socketPath }
  for (const [timeoutMs, own, waited] of [
    [60_000, 50, 50],
    [50, undefined, 50],
  ] as const) {
    await using agents = createAgentSessions({ hypervisor, timeoutMs })
    const outcome = agents.of(machineRecord({ name: 'shop' }), own)
    await t.rejects(outcome, {
      code: 'NO_ANSWER',
      message: `the agent of shop granted no session within ${waited} ms`,
    })
  }
})

t.test('when an agent has started again, another session is begun', async (t) => {
  const agent = createSampleAgent()
  await using channel = await createMachineChannel({ onSession: agent.serve })
  t.teardown(() => agent.drain(0))
  await using agents = createAgentSessions({ hypervisor: { agentSocket: () => channel.socketPath } })
  const shop = machineRecord({ name: 'shop' })
  const first = await agents.of(shop)
  t.equal(await agents.of(shop), first, 'it is kept')
  t.match(await first.info(), { hostname: 'shop' })
  channel.killAgent()
  channel.startAgent()
  await t.rejects(first.info(), { code: 'NO_ANSWER' })
  t.ok(first.isOver())
  const [second, same] = await Promise.all([agents.of(shop), agents.of(shop)])
  t.equal(second, same, 'one for all who ask')
  t.match(await second.info(), { hostname: 'shop' })
})

t.test('a session that could not be begun is tried again', async (t) => {
  const socketPath = join(shortFolder(t), 'agent')
  await using agents = createAgentSessions({ hypervisor: { agentSocket: () => socketPath }, timeoutMs: 500 })
  const shop = machineRecord({ name: 'shop' })
  await t.rejects(agents.of(shop), { code: 'NO_CHANNEL' })
  const server = createServer(() => {}).listen(socketPath)
  t.teardown(() => server.close())
  await once(server, 'listening')
  await t.rejects(agents.of(shop), { code: 'NO_ANSWER' }, 'somebody is there now')
})
