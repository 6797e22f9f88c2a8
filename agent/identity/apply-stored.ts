/** Brings the machine's identity up again when its agent starts. */
import type { IdentityItem } from '../../proto/generated/messages.ts'
import { awaitInterface } from '../address/await-interface.ts'
import { aimOf, createAddressWork } from './address-work.ts'
import type { IdentityMemory } from './identity-memory.ts'
import { hostname } from './items/hostname.ts'
import type { QuickContext } from './items/item.ts'
import { machineId } from './items/machine-id.ts'
import { network } from './items/network.ts'
import { runItems } from './run-items.ts'
import { settleIdentity } from './settle-identity.ts'
import { startTools } from './tools.ts'

/** See `GuestIdentity.applyStored`. */
export async function applyStoredIdentity(
  memory: IdentityMemory,
  serviceAddresses: readonly string[],
): Promise<IdentityItem[]> {
  const { root, stored } = memory
  if (stored === undefined) return []
  const interfaceName = stored.network?.interface ?? ''
  await awaitInterface(interfaceName, root)
  // What is drawn anew or set once is no part of the items of a boot.
  const items = stored.settled ? [network] : [network, hostname, machineId]
  const tools = await startTools({ root, interfaceName, items })
  const aim = aimOf(stored.network, serviceAddresses, [])
  const addresses = createAddressWork({ root, aim, state: tools.state, ip: tools.ip })
  const identity = { ...stored, entropy: Buffer.alloc(0), wallClockMicroseconds: 0 }
  const context: QuickContext = { identity, receivedAt: 0, calls: tools.calls, addresses }
  const quick = await runItems(tools.items, context)
  await tools.close()
  // A machine that lost power in between: what it has may still be that of its parent or template.
  const slow = stored.settled ? [] : await settleIdentity(memory)
  return [...quick, ...slow]
}
