/** Brings the machine's identity up again when its agent starts. */
import type { IdentityItem } from '../../proto/generated/messages.ts'
import { awaitInterface } from '../address/await-interface.ts'
import { aimOf, createAddressWork } from './address-work.ts'
import type { IdentityMemory } from './identity.ts'
import { runItems } from './run-items.ts'
import { bootItems } from './table.ts'
import { startTools } from './tools.ts'

/** See `GuestIdentity.applyStored`. */
export async function applyStoredIdentity(
  { root, stored }: IdentityMemory,
  serviceAddresses: readonly string[],
): Promise<IdentityItem[]> {
  if (stored === undefined) return []
  const interfaceName = stored.network?.interface ?? ''
  await awaitInterface(interfaceName, root)
  const tools = await startTools(root, interfaceName)
  const aim = aimOf(stored.network, serviceAddresses, [])
  const addresses = createAddressWork({ root, aim, state: tools.state, ip: tools.ip })
  // What is drawn anew or set once is no part of the items of a boot.
  const identity = { ...stored, entropy: Buffer.alloc(0), wallClockMicroseconds: 0 }
  const items = await runItems(bootItems, { root, identity, receivedAt: 0, calls: tools.calls, addresses })
  await tools.close()
  return items
}
