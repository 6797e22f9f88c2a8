import type { StoredIdentity } from './stored.ts'
import type { Tools } from './tools.ts'

/** What the calls of one agent share. */
export interface IdentityMemory {
  root: string
  stored: StoredIdentity | undefined
  /** What came with the identity for drawing, until the items that draw are done. */
  secret: Uint8Array
  /** Got ready in the parent of a split, used in its children. */
  tools: Tools | undefined
  /** The end of tools that nobody waited for yet. */
  closing?: Promise<void>
}
