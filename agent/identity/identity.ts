/** The identity of this machine. */
import { createTurns } from '../turns.ts'
import { adoptIdentity } from './adopt-identity.ts'
import { applyStoredIdentity } from './apply-stored.ts'
import { establishIdentity } from './establish.ts'
import { settleIdentity } from './settle-identity.ts'
import { readIdentity, type StoredIdentity } from './stored.ts'
import { itemsOfCopy } from './table.ts'
import { startTools, type Tools } from './tools.ts'
import type { GuestIdentity } from './types.ts'

export interface IdentityOptions {
  /** Tells the service addresses, with prefix length, of the groups that belong to this machine. */
  serviceAddresses: () => readonly string[]
  /**
   * The folder that paths such as /etc and /var/lib/cleave are below.
   *
   * @default '/'
   */
  root?: string
}

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

/**
 * Reads the stored identity.
 *
 * @throws FailedError `BAD_STORED_IDENTITY`
 */
export function createIdentity({ serviceAddresses, root = '/' }: IdentityOptions): GuestIdentity {
  const memory: IdentityMemory = {
    root,
    stored: readIdentity(root),
    secret: Buffer.alloc(0),
    tools: undefined,
  }
  const inTurn = createTurns()

  return {
    establish: ({ identity }) => inTurn(() => establishIdentity(memory, identity, serviceAddresses())),
    applyStored: () => inTurn(() => applyStoredIdentity(memory, serviceAddresses())),
    hasIdentity: () => memory.stored !== undefined,
    prepare: () =>
      inTurn(async () => {
        const interfaceName = memory.stored?.network?.interface ?? ''
        memory.tools ??= await startTools({ root, interfaceName, items: itemsOfCopy })
      }),
    unprepare: () =>
      inTurn(async () => {
        const { tools } = memory
        memory.tools = undefined
        await tools?.close()
      }),
    adopt: (identity, addresses) => inTurn(() => adoptIdentity(memory, identity, addresses)),
    settle: () => inTurn(() => settleIdentity(memory)),
  }
}
