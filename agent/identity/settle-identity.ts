/** The items that silence does not wait for. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { IdentityItem } from '../../proto/generated/messages.ts'
import { flush } from '../file/durable.ts'
import type { IdentityMemory } from './identity-memory.ts'
import { runItemsInOrder } from './run-items.ts'
import { storeIdentity } from './stored.ts'
import { slowItems } from './table.ts'

const quickFiles = ['etc/hostname', 'etc/hosts', 'etc/machine-id', 'etc']

/**
 * Does nothing without an identity.
 *
 * @param secret what came with the identity for drawing; may be empty
 */
export async function settleIdentity(memory: IdentityMemory, secret: Uint8Array): Promise<IdentityItem[]> {
  const { root, stored } = memory
  if (stored === undefined) return []
  const items = await runItemsInOrder(slowItems, { root, hostname: stored.hostname, secret })
  // What the quick items wrote was not waited for.
  await flush(quickFiles.map((path) => join(root, path)).filter((path) => existsSync(path)))
  memory.stored = { ...stored, settled: items.every(({ done }) => done) }
  await storeIdentity(root, memory.stored)
  return items
}
