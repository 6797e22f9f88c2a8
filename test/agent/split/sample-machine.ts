/** The guest's part of a split on real processes, with a host that gives orders through a pipe. */
import { EventEmitter, once } from 'node:events'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type Adopter, startAdopter } from '../../../agent/adopter/adopter.ts'
import { createGroupControl } from '../../../agent/group/control/control.ts'
import { createOccupancy } from '../../../agent/group/control/occupancy.ts'
import type { SurveyGuest } from '../../../agent/group/control/types.ts'
import { createIdentity } from '../../../agent/identity/identity.ts'
import { createSplit } from '../../../agent/split/split.ts'
import { adoptLine } from '../../../proto/adopter.ts'
import type { RealGuest } from '../group/control/real-guest.ts'
import { identityOf, type SampleRoot } from '../identity/sample-root.ts'

export type Machine = ReturnType<typeof createMachine>

export function createMachine(
  guest: RealGuest,
  sample: SampleRoot,
  options: { survey?: SurveyGuest; networkStorage?: () => Promise<string[]> } = {},
) {
  const { survey = guest.survey, networkStorage } = options
  let adopter: Adopter | undefined
  const start = () => {
    const occupancy = createOccupancy()
    const identity = createIdentity({ serviceAddresses: () => [], root: sample.root })
    const { tree } = guest
    return {
      identity,
      control: createGroupControl({ survey, occupancy, tree }),
      split: createSplit({
        survey,
        occupancy,
        identity,
        tree,
        root: sample.root,
        startAdopter: (progress) => {
          adopter = startAdopter({ port: 'pipe', progress })
          return adopter
        },
        ...(networkStorage && { networkStorage }),
      }),
    }
  }
  /** What the host tells the adopter of a copy, and what that answers. */
  const order = async (line: string) => {
    adopter?.orders?.write(line)
    const [answer] = await once(adopter?.orders ?? new EventEmitter(), 'data', {
      signal: AbortSignal.timeout(5000),
    })
    return String(answer).trim()
  }
  const end = async () => adopter?.close()
  return { file: (name: string) => join(sample.root, 'tmp', name), order, end, start, ...start() }
}

export const entropy = Buffer.alloc(32, 5)

/** What a host tells the adopter of a copy. */
export function orderFor(child: string, operation = 'split-1'): string {
  return adoptLine({ operation, child, entropy, wallClockMicroseconds: Date.now() * 1000 })
}

/** @param address a digit of its addresses */
export function childOf(name: string, address: string, groups: string[]) {
  return {
    name,
    groups,
    uuid: `00000000-0000-4000-8000-00000000000${address}`,
    identity: identityOf({
      hostname: name,
      network: {
        interface: 'eth0',
        macAddress: `52:54:00:00:00:0${address}`,
        addresses: [`10.77.0.1${address}/24`],
        gateway: '',
      },
    }),
  }
}

/** True when somebody appends to the file. */
export async function grows(file: string): Promise<boolean> {
  const before = statSync(file).size
  for (let look = 0; look < 500; look++) {
    await setTimeout(10)
    if (statSync(file).size > before) return true
  }
  return false
}

/** True when nobody appends to the file. */
export async function stands(file: string): Promise<boolean> {
  const before = statSync(file).size
  await setTimeout(100)
  return statSync(file).size === before
}
