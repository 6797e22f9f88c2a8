/** Brings the machine's identity up again when its agent starts. */
import type { IdentityItem } from '../../proto/generated/messages.ts'
import { awaitInterface } from '../address/await-interface.ts'
import type { IdentityMemory } from './identity-memory.ts'
import { hostname } from './items/hostname.ts'
import { machineId } from './items/machine-id.ts'
import { network } from './items/network.ts'
import { aimOf } from './look.ts'
import { settleIdentity } from './settle-identity.ts'
import { takeIdentity } from './take.ts'

const nothing = Buffer.alloc(0)

/** See `GuestIdentity.applyStored`. */
export async function applyStoredIdentity(
  memory: IdentityMemory,
  serviceAddresses: readonly string[],
): Promise<IdentityItem[]> {
  const { root, stored } = memory
  if (stored === undefined) return []
  await awaitInterface(stored.network?.interface ?? '', root)
  // What is drawn anew or set once is no part of the items of a boot.
  const items = stored.settled ? [network] : [network, hostname, machineId]
  const aim = aimOf(stored, serviceAddresses, [])
  const quick = await takeIdentity({ root, items, aim, entropy: nothing })
  // A machine that lost power in between: what it has may still be that of its parent or template.
  const slow = stored.settled ? [] : await settleIdentity(memory, nothing)
  return [...quick, ...slow]
}
