/** Makes a machine that woke as a copy itself, as far as it is quick. */
import type { IdentityItem, MachineIdentity, NetworkIdentity } from '../../proto/generated/messages.ts'
import { allDone } from '../all-done.ts'
import { aimOf, createAddressWork } from './address-work.ts'
import type { IdentityMemory } from './identity-memory.ts'
import type { QuickContext } from './items/item.ts'
import { drawMachineId } from './random.ts'
import { requireNetwork, runItems } from './run-items.ts'
import { storedOf, storeIdentity } from './stored.ts'
import { itemsOfCopy } from './table.ts'
import { startTools, type Tools } from './tools.ts'
import type { AddressChange } from './types.ts'

/** @throws FailedError `NO_NETWORK_IDENTITY` */
export async function adoptIdentity(
  memory: IdentityMemory,
  requested: MachineIdentity,
  { own, foreign }: AddressChange,
): Promise<IdentityItem[]> {
  const receivedAt = performance.now()
  const { root, stored } = memory
  const identity = {
    ...requested,
    machineId: requested.machineId || drawMachineId(requested.entropy, root),
  }
  const { network } = identity
  const tools = await takeTools(memory, network?.interface || stored?.network?.interface || '')
  // All that the copy brought along goes, unless the host says nothing of addresses.
  const replacesAddresses = network !== null && network.addresses.length > 0
  const aim = aimOf(network, own, replacesAddresses ? 'others' : foreign)
  const addresses = createAddressWork({ root, aim, state: tools.state, ip: tools.ip })
  const context: QuickContext = { identity, receivedAt, calls: tools.calls, addresses }

  memory.secret = identity.entropy
  memory.stored = storedOf({ ...identity, network: mergeNetwork(network, stored?.network ?? null) })
  const [items] = await allDone([runItems(tools.items, context), storeIdentity(root, memory.stored)])
  // Its end is not waited for: everybody is silent meanwhile.
  memory.closing = tools.close()
  requireNetwork(items)
  return items
}

/** What the host leaves open stays as it was. */
function mergeNetwork(network: NetworkIdentity | null, former: NetworkIdentity | null) {
  if (network === null || former === null) return network ?? former
  return { ...network, interface: network.interface || former.interface }
}

async function takeTools(memory: IdentityMemory, interfaceName: string): Promise<Tools> {
  const { tools } = memory
  memory.tools = undefined
  if (tools !== undefined && (interfaceName === '' || tools.state?.name === interfaceName)) return tools
  await tools?.close()
  return await startTools({ root: memory.root, interfaceName, items: itemsOfCopy })
}
