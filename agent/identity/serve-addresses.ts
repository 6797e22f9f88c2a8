/** Service addresses that come to this machine, or leave it, while it runs. */
import type { IdentityItem } from '../../proto/generated/messages.ts'
import type { IdentityMemory } from './identity-memory.ts'
import { done } from './items/item.ts'
import { network } from './items/network.ts'
import { aimOf } from './look.ts'
import { runItem } from './run-items.ts'
import { announceService } from './service-link.ts'
import { takeIdentity } from './take.ts'

const nothing = Buffer.alloc(0)

/** See `GuestIdentity.serve`. */
export async function serveAddresses(
  { root, stored }: IdentityMemory,
  service: readonly string[],
  { came, gone }: { came: readonly string[]; gone: readonly string[] },
): Promise<IdentityItem[]> {
  if (stored === undefined || came.length + gone.length === 0) return []
  const aim = aimOf(stored, service, gone)
  const items = await takeIdentity({ root, items: [network], aim, entropy: nothing })
  if (came.length === 0 || items.some((item) => !item.done)) return items
  const announcing = { name: 'announcement', apply: () => announce(stored.network?.interface ?? '', came) }
  return [...items, await runItem(announcing, undefined)]
}

async function announce(requested: string, addresses: readonly string[]) {
  const name = await announceService(requested, addresses)
  return done(`${name} announced ${addresses.join(', ')}`)
}
