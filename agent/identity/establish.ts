/** Gives a machine that booted from a template an identity of its own. */
import { RefusedError } from '../../proto/errors.ts'
import type { EstablishRequest, EstablishResponse } from '../../proto/generated/messages.ts'
import { requireNetwork } from './do-items.ts'
import type { IdentityMemory } from './identity-memory.ts'
import { aimOf } from './look.ts'
import { drawMachineId } from './random.ts'
import { settleIdentity } from './settle-identity.ts'
import { isSameIdentity, type StoredIdentity, storedOf, storeIdentity } from './stored.ts'
import { quickItems } from './table.ts'
import { takeIdentity } from './take.ts'
import { checkEntropy, checkIdentity } from './validate.ts'

/** See `GuestIdentity.establish`. */
export async function establishIdentity(
  memory: IdentityMemory,
  { identity: requested, entropy }: EstablishRequest,
  serviceAddresses: readonly string[],
): Promise<EstablishResponse> {
  const begin = performance.now()
  checkIdentity(requested)
  checkEntropy(entropy)
  const { root, stored } = memory
  if (stored !== undefined && !isSameIdentity(stored, requested)) throw hasAnother(stored)

  const machineId = stored?.machineId || requested.machineId || drawMachineId(entropy, root)
  const identity = { ...requested, machineId }
  const aim = aimOf(identity, serviceAddresses, [])
  const isRepeated = stored?.settled === true
  const quick = await takeIdentity({ root, items: quickItems, aim, entropy })
  requireNetwork(quick)

  if (!isRepeated) {
    memory.stored = storedOf(identity)
    await storeIdentity(root, memory.stored)
  }
  const slow = isRepeated ? [] : await settleIdentity(memory, entropy)
  return { identity: [...quick, ...slow], milliseconds: performance.now() - begin }
}

function hasAnother(stored: StoredIdentity): RefusedError {
  return new RefusedError({
    code: 'HAS_IDENTITY',
    message: `this machine already is ${stored.hostname}`,
    remedy: 'Give an identity only to a machine that booted from a template.',
  })
}
