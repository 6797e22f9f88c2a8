/** The agent's channel beside qemu-guest-agent's, in the same machine, call by call in turns. */

import { connectAgent } from '../sdk/guest/connect-agent.ts'
import { machineFiles } from '../sdk/hypervisor/qemu/machine-files.ts'
import { openTestHost } from '../test/e2e/support/host.ts'
import { connectGuestAgent } from './guest-agent.ts'
import { type Row, row } from './row.ts'

const calls = 300
const connections = 20
const peer = 'qemu-guest-agent'

/** Boots a machine of the test image and measures in it. */
export async function measureAgentChannel(say: (line: string) => void): Promise<Row[]> {
  say('boot a machine')
  await using host = await openTestHost()
  const machine = await host.startMachine('channel')
  const files = machineFiles(machine.record())
  return await measureChannels({ agentSocket: files.agent, guestAgentSocket: files.guestAgent, say })
}

/** Measures in a machine that runs both agents. */
export async function measureChannels(options: {
  agentSocket: string
  guestAgentSocket: string
  say: (line: string) => void
}): Promise<Row[]> {
  const { say } = options
  const connect = () => connectAgent({ socketPath: options.agentSocket, peer: 'the agent' })

  say(`${connections} connections to each agent`)
  const sessions: number[] = []
  const synced: number[] = []
  for (let round = 0; round < connections; round++) {
    sessions.push(
      await timed(async () => {
        await using _client = await connect()
      }),
    )
    synced.push(
      await timed(async () => {
        await using _client = await connectGuestAgent(options.guestAgentSocket)
      }),
    )
  }

  say(`${calls} calls of each agent`)
  await using agent = await connect()
  await using guestAgent = await connectGuestAgent(options.guestAgentSocket)
  const infos: number[] = []
  const pings: number[] = []
  for (let call = 0; call < calls; call++) {
    infos.push(await timed(() => agent.info()))
    pings.push(await timed(() => guestAgent.execute('guest-ping')))
  }

  const processes = await agent.processes()
  const mebibytes = (unit: string) =>
    processes.filter((one) => one.unit === unit).reduce((sum, { memoryBytes }) => sum + memoryBytes, 0) /
    2 ** 20
  return [
    row({
      what: 'a call and its answer',
      unit: 'ms',
      values: infos,
      peer: { name: `${peer} guest-ping`, values: pings },
    }),
    row({
      what: 'connect, first answer, close',
      unit: 'ms',
      values: sessions,
      peer: { name: `${peer} guest-sync`, values: synced },
    }),
    row({
      what: 'resident memory of the agent',
      unit: 'MiB',
      values: [mebibytes('cleave-agent.service')],
      peer: { name: peer, values: [mebibytes('qemu-guest-agent.service')] },
    }),
  ]
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
