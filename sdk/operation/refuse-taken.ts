/** Duplicate address detection before anything is changed: clients wait for none of it later. */
import { RefusedError } from '../../proto/errors.ts'
import type { Hypervisor } from '../hypervisor/hypervisor.ts'
import type { MachineRecord } from '../store/records.ts'

/**
 * @param options.machine on whose network it is looked
 * @param options.addresses service addresses of groups that are to move
 * @param options.owners machines that may have them
 * @throws RefusedError `ADDRESS_IN_USE` when anybody else has one
 * @throws FailedError `NOT_PROBED`
 */
export async function refuseTakenAddresses(
  hypervisor: Pick<Hypervisor, 'addressOwners'>,
  options: {
    machine: MachineRecord
    addresses: readonly string[]
    owners: readonly Pick<MachineRecord, 'macAddress'>[]
  },
): Promise<void> {
  const { machine, addresses, owners } = options
  if (addresses.length === 0) return
  const own = new Set(owners.map(({ macAddress }) => macAddress.toLowerCase()))
  const strangers = (await hypervisor.addressOwners(machine, addresses)).filter(
    ({ macAddress }) => !own.has(macAddress),
  )
  if (strangers.length === 0) return
  const who = strangers.map(({ address, macAddress }) => `${address} is at ${macAddress}`)
  throw new RefusedError({
    code: 'ADDRESS_IN_USE',
    message: `somebody else on the network has a service address: ${who.join(', ')}`,
    remedy: 'Take the address away from there, or give the group another one, then try again.',
  })
}
