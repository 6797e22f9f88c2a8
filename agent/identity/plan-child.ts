/** Plans, in the parent of a split, what makes a copy of it one child. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { MachineIdentity, NetworkIdentity } from '../../proto/generated/messages.ts'
import type { PlannedItem } from '../adopter/plan.ts'
import type { IdentityMemory } from './identity-memory.ts'
import { network } from './items/network.ts'
import { aimOf, lookAtMachine } from './look.ts'
import { drawMachineId } from './random.ts'
import { identityFile, identityText, storedOf } from './stored.ts'
import { itemsOfCopy } from './table.ts'

/** What becomes a child. */
export interface ChildIdentity {
  /** Checked. */
  identity: MachineIdentity
  /** Service addresses, with prefix length, that it keeps. */
  own: readonly string[]
  /** Those that it gives up. */
  foreign: readonly string[]
}

export type PlanChild = (child: ChildIdentity) => PlannedItem[]

const noSecret = Buffer.alloc(0)

/**
 * Looks at the parent. What it is asked for afterwards takes no time.
 *
 * @param interfaceName empty for the one that carries the parent's identity
 */
export async function lookForChildren(
  { root, stored }: IdentityMemory,
  interfaceName: string,
): Promise<PlanChild> {
  const file = identityFile(root)
  mkdirSync(dirname(file), { recursive: true })
  const plan = await lookAtMachine({
    root,
    interfaceName: interfaceName || (stored?.network?.interface ?? ''),
    items: itemsOfCopy,
  })
  return ({ identity: requested, own, foreign }) => {
    // No secret: every copy has the memory in which it was drawn.
    const machineId = requested.machineId || drawMachineId(noSecret, root)
    const identity = { ...requested, machineId }
    // All that the copy brought along goes, unless the host says nothing of addresses.
    const replacesAddresses = (identity.network?.addresses.length ?? 0) > 0
    const items = plan(aimOf(identity, own, replacesAddresses ? 'others' : foreign))
    const kept = storedOf({ ...identity, network: mergeNetwork(identity.network, stored?.network ?? null) })
    return [
      ...items.map((item) => ({ ...item, isRequired: item.name === network.name })),
      {
        name: 'identity-file',
        isRequired: true,
        done: true,
        detail: 'says at each boot who this machine is',
        actions: [
          { do: 'replace', path: file, data: identityText(kept), mode: 0o600 },
          { do: 'sync', path: file },
          { do: 'sync', path: dirname(file) },
        ],
      },
    ]
  }
}

/** What the host leaves open stays as it was. */
function mergeNetwork(requested: NetworkIdentity | null, former: NetworkIdentity | null) {
  if (requested === null || former === null) return requested ?? former
  return { ...requested, interface: requested.interface || former.interface }
}
