import type { StoredIdentity } from './stored.ts'

/** What the calls of one agent share. */
export interface IdentityMemory {
  root: string
  stored: StoredIdentity | undefined
}
