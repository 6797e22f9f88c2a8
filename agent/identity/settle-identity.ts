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

/** Does nothing without an identity. */
export async function settleIdentity(memory: IdentityMemory): Promise<IdentityItem[]> {
  const { root, stored, secret } = memory
  if (stored === undefined) return []
  await memory.closing
  const items = await runItemsInOrder(slowItems, { root, hostname: stored.hostname, secret })
  memory.secret = Buffer.alloc(0)
  // What the quick items wrote was not waited for.
  await flush(quickFiles.map((path) => join(root, path)).filter((path) => existsSync(path)))
  memory.stored = { ...stored, settled: items.every(({ done }) => done) }
  await storeIdentity(root, memory.stored)
  return items
}
