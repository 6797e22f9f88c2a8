/** Gives a machine that booted from a template an identity of its own. */
import { RefusedError } from '../../proto/errors.ts'
import type { EstablishResponse, MachineIdentity } from '../../proto/generated/messages.ts'
import { aimOf, createAddressWork } from './address-work.ts'
import type { IdentityMemory } from './identity-memory.ts'
import type { QuickContext } from './items/item.ts'
import { drawMachineId } from './random.ts'
import { requireNetwork, runItems } from './run-items.ts'
import { settleIdentity } from './settle-identity.ts'
import { isSameIdentity, type StoredIdentity, storedOf, storeIdentity } from './stored.ts'
import { quickItems } from './table.ts'
import { startTools } from './tools.ts'
import { checkIdentity } from './validate.ts'

/** See `GuestIdentity.establish`. */
export async function establishIdentity(
  memory: IdentityMemory,
  requested: MachineIdentity | null,
  serviceAddresses: readonly string[],
): Promise<EstablishResponse> {
  const begin = performance.now()
  checkIdentity(requested)
  const { root, stored } = memory
  if (stored !== undefined && !isSameIdentity(stored, requested)) throw hasAnother(stored)

  const machineId = stored?.machineId || requested.machineId || drawMachineId(requested.entropy, root)
  const identity = { ...requested, machineId }
  const tools = await startTools({
    root,
    interfaceName: identity.network?.interface ?? '',
    items: quickItems,
  })
  const aim = aimOf(identity.network, serviceAddresses, [])
  const addresses = createAddressWork({ root, aim, state: tools.state, ip: tools.ip })
  const context: QuickContext = { identity, receivedAt: begin, calls: tools.calls, addresses }
  const isRepeated = stored?.settled === true
  const quick = await runItems(tools.items, context)
  await tools.close()
  requireNetwork(quick)

  if (!isRepeated) {
    memory.stored = storedOf(identity)
    memory.secret = identity.entropy
    await storeIdentity(root, memory.stored)
  }
  const slow = isRepeated ? [] : await settleIdentity(memory)
  return { identity: [...quick, ...slow], milliseconds: performance.now() - begin }
}

function hasAnother(stored: StoredIdentity): RefusedError {
  return new RefusedError({
    code: 'HAS_IDENTITY',
    message: `this machine already is ${stored.hostname}`,
    remedy: 'Give an identity only to a machine that booted from a template.',
  })
}
