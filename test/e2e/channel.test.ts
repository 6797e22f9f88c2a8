/** The agent's channel outlives hosts that are killed at any byte. */

import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import t from 'tap'
import { connectAgent } from '../../sdk/guest/connect-agent.ts'
import { openTestHost } from './support/host.ts'
import { isLong } from './support/long.ts'

const rounds = isLong ? 20 : 3
// When the answer to a host that has just gone costs a place of the guest's queue, it is full after some 500.
const connections = isLong ? 2000 : 20

t.test(
  `${rounds} hosts killed in mid-call in a row leave a clean channel`,
  { timeout: 470_000 },
  async (t) => {
    await using host = await openTestHost()
    const machine = await host.startMachine('whole')
    const socket = host.cleave.hypervisor.agentSocket(machine.record())
    const program = join(import.meta.dirname, 'support', 'busy-host.ts')
    for (let round = 0; round < rounds; round += 1) {
      const busy = execa(process.execPath, [program, socket], {
        reject: false,
        timeout: 30_000,
        buffer: false,
      })
      await new Promise((resolve) => busy.stdout.once('data', resolve))
      // Somewhere in the middle of a call, another place each time.
      await delay((140 / rounds) * round)
      busy.kill('SIGKILL')
      t.equal((await busy).signal, 'SIGKILL')
      const { groups } = await machine.groups()
      t.ok(groups.length >= 4, `the host after ${round + 1} killed ones gets a whole answer`)
    }
    for (let count = 0; count < connections; count += 1) {
      await using _agent = await connectAgent({ socketPath: socket, peer: 'the agent' })
    }
    t.ok(
      (await machine.groups()).groups.length >= 4,
      `so does the one after ${connections} that came and went`,
    )
  },
)
