/** The identity of this machine. */
import { createTurns } from '../turns.ts'
import { applyStoredIdentity } from './apply-stored.ts'
import { establishIdentity } from './establish.ts'
import type { IdentityMemory } from './identity-memory.ts'
import { lookForChildren } from './plan-child.ts'
import { serveAddresses } from './serve-addresses.ts'
import { addressInUse, takenAddresses } from './service-link.ts'
import { settleIdentity } from './settle-identity.ts'
import { readIdentity } from './stored.ts'
import type { GuestIdentity } from './types.ts'
import { checkWallClock } from './validate.ts'
import { setWallClock } from './wall-clock.ts'

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
  const memory: IdentityMemory = { root, stored: readIdentity(root) }
  const inTurn = createTurns()

  return {
    establish: (request) => inTurn(() => establishIdentity(memory, request, serviceAddresses())),
    applyStored: () => inTurn(() => applyStoredIdentity(memory, serviceAddresses())),
    serve: (addresses) => inTurn(() => serveAddresses(memory, serviceAddresses(), addresses)),
    refuseTaken: async (addresses) => {
      if (memory.stored === undefined || addresses.length === 0) return
      const owners = await takenAddresses(memory.stored.network?.interface ?? '', addresses)
      if (owners.length > 0) throw addressInUse(owners)
    },
    hasIdentity: () => memory.stored !== undefined,
    lookForChildren: (interfaceName) => inTurn(() => lookForChildren(memory, interfaceName)),
    setWallClock: async (word) => {
      checkWallClock(word.microseconds)
      return await inTurn(() => setWallClock(root, word))
    },
    settle: (secret) =>
      inTurn(() => {
        // In a child the adopter has written another one.
        memory.stored = readIdentity(root)
        return settleIdentity(memory, secret)
      }),
  }
}
