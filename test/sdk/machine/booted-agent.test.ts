import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { createAgentSessions } from '../../../sdk/guest/agent-sessions.ts'
import { machineFiles } from '../../../sdk/hypervisor/qemu/machine-files.ts'
import { createQemuHypervisor } from '../../../sdk/hypervisor/qemu/qemu-hypervisor.ts'
import { bootedAgent, lastLines } from '../../../sdk/machine/booted-agent.ts'
import { openStore } from '../../../sdk/store/store.ts'
import { shortFolder } from '../hypervisor/qemu/short-folder.ts'
import { machineRecord } from '../store/machine-record.ts'

t.test('who gives no sign is told of with what its console said last', async (t) => {
  const home = shortFolder(t)
  using store = openStore({ path: join(t.testdir(), 'store.db') })
  const hypervisor = createQemuHypervisor({ home, store })
  const machine = machineRecord({ directory: home })
  const files = machineFiles(machine)
  // A guest without an agent: what is sent to it is read by nobody.
  const server = createServer(() => {}).listen(files.agent)
  t.teardown(() => server.close())
  await once(server, 'listening')
  const boot = async () => {
    await using agents = createAgentSessions({ hypervisor })
    await bootedAgent({ hypervisor, agents, machine, timeoutMs: 50 })
  }
  const silence = 'the agent of shop granted no session within 50 ms'

  await t.rejects(boot(), {
    name: 'UnansweredError',
    code: 'NO_ANSWER',
    message: `${silence}. Its console said nothing.`,
  })
  await writeFile(
    files.consoleLog,
    `${'long ago\r\n'.repeat(1000)}[  \u001b[31m*\u001b[0m ] A job is running\r\n\n\nend`,
  )
  await t.rejects(boot(), {
    message: `${silence}. Its console said last:\nlong ago\nlong ago\nlong ago\n[  * ] A job is running\nend`,
  })
  server.close()
  await t.rejects(boot(), { code: 'NO_CHANNEL', message: /^(?!.*console)/s }, 'nothing was tried')
})

t.test('the last lines are few, short and not empty', (t) => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 300 })), (parts) => {
      const lines = lastLines(parts.join('\n'))
      return (
        lines.length <= 5 && lines.every((line) => line !== '' && line.length <= 200 && !/[\r\n]/.test(line))
      )
    }),
  )
  t.end()
})
