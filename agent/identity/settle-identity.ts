/** The items that take long. */
import type { IdentityItem } from '../../proto/generated/messages.ts'
import type { IdentityMemory } from './identity.ts'
import { runItemsInOrder } from './run-items.ts'
import { storeIdentity } from './stored.ts'
import { slowItems } from './table.ts'

/** Does nothing without an identity. */
export async function settleIdentity(memory: IdentityMemory): Promise<IdentityItem[]> {
  const { root, stored } = memory
  if (stored === undefined) return []
  await memory.closing
  const items = await runItemsInOrder(slowItems, { root, hostname: stored.hostname })
  memory.stored = { ...stored, settled: items.every(({ done }) => done) }
  await storeIdentity(root, memory.stored)
  return items
}
