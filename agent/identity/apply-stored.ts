/** Brings the machine's identity up again when its agent starts. */
import type { IdentityItem } from '../../proto/generated/messages.ts'
import { awaitInterface } from '../address/await-interface.ts'
import type { IdentityMemory } from './identity-memory.ts'
import { hostname } from './items/hostname.ts'
import { done, notDone } from './items/item.ts'
import { machineId } from './items/machine-id.ts'
import { network } from './items/network.ts'
import { aimOf } from './look.ts'
import { runItem } from './run-items.ts'
import { describeOwners, takenAddresses } from './service-link.ts'
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
  const quick = await takeIdentity({ root, items, aim: aimOf(stored, [], []), entropy: nothing })
  const served = await serveAtStart(memory, serviceAddresses)
  // A machine that lost power in between: what it has may still be that of its parent or template.
  const slow = stored.settled ? [] : await settleIdentity(memory, nothing)
  return [...quick, ...served, ...slow]
}

/**
 * Once the interface is up, and only addresses that nobody else has: whoever has one now has clients. Those that an agent before
 * this one has brought up are left alone.
 */
async function serveAtStart(
  { root, stored }: IdentityMemory,
  addresses: readonly string[],
): Promise<IdentityItem[]> {
  if (stored === undefined || addresses.length === 0) return []
  let free = addresses
  const look = async () => {
    const owners = await takenAddresses(stored.network?.interface ?? '', addresses)
    free = addresses.filter((address) => !owners.some((owner) => owner.address === address))
    return owners.length === 0 ? done('nobody else has them') : notDone(describeOwners(owners))
  }
  const looked = await runItem({ name: 'service-addresses', apply: look }, undefined)
  const served = await takeIdentity({
    root,
    items: [network],
    aim: aimOf(stored, free, []),
    entropy: nothing,
  })
  return [looked, ...served]
}
