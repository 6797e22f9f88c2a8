/** Plans, in the parent of a split, what makes a copy of it one child. */
import type { MachineIdentity, NetworkIdentity } from '../../proto/generated/messages.ts'
import type { PlannedItem } from '../adopter/plan.ts'
import type { IdentityMemory } from './identity-memory.ts'
import { network } from './items/network.ts'
import { aimOf, lookAtMachine } from './look.ts'
import { drawMachineId } from './random.ts'
import { identityFile, identityText, type StoredIdentity, storedOf } from './stored.ts'
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

export interface ChildPlan {
  items: PlannedItem[]
  /** What it keeps to know at each boot who it is. */
  stored: StoredIdentity
}

export type PlanChild = (child: ChildIdentity) => ChildPlan

const noSecret = Buffer.alloc(0)

/**
 * Looks at the parent. What it is asked for afterwards takes no time.
 *
 * @param interfaceName empty for the one that carries the parent's identity
 */
export async function lookForChildren(
  { root, stored: former }: IdentityMemory,
  interfaceName: string,
): Promise<PlanChild> {
  const plan = await lookAtMachine({
    root,
    interfaceName: interfaceName || (former?.network?.interface ?? ''),
    items: itemsOfCopy,
  })
  return ({ identity: requested, own, foreign }) => {
    // No secret: every copy has the memory in which it was drawn.
    const machineId = requested.machineId || drawMachineId(noSecret, root)
    const identity = { ...requested, machineId }
    // All that the copy brought along goes, unless the host says nothing of addresses.
    const replacesAddresses = (identity.network?.addresses.length ?? 0) > 0
    const items = plan(aimOf(identity, own, replacesAddresses ? 'others' : foreign))
    const stored = storedOf({ ...identity, network: mergeNetwork(identity.network, former?.network ?? null) })
    const file: PlannedItem = {
      name: 'identity-file',
      isRequired: true,
      done: true,
      detail: 'says at each boot who this machine is',
      actions: [{ do: 'write', path: identityFile(root), data: identityText(stored) }],
    }
    return {
      items: [...items.map((item) => ({ ...item, isRequired: item.name === network.name })), file],
      stored,
    }
  }
}

/** What the host leaves open stays as it was. */
function mergeNetwork(requested: NetworkIdentity | null, former: NetworkIdentity | null) {
  if (requested === null || former === null) return requested ?? former
  return { ...requested, interface: requested.interface || former.interface }
}
