import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { createAgentSessions } from '../../../sdk/guest/agent-sessions.ts'
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
