/** The identity of this machine. */
import { createTurns } from '../turns.ts'
import { adoptIdentity } from './adopt-identity.ts'
import { applyStoredIdentity } from './apply-stored.ts'
import { establishIdentity } from './establish.ts'
import type { IdentityMemory } from './identity-memory.ts'
import { settleIdentity } from './settle-identity.ts'
import { readIdentity } from './stored.ts'
import { itemsOfCopy } from './table.ts'
import { startTools } from './tools.ts'
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
