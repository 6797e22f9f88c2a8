/** Service addresses on the link that this machine is on: who else has them, and telling everybody that they are here. */
import { RefusedError } from '../../proto/errors.ts'
import { announceAddresses, findOwners, type Owner } from '../../proto/neighbours/neighbours.ts'
import { isSameHost } from '../address/address.ts'
import { findInterface, lookAtInterface } from '../address/interface.ts'

/**
 * @param requested as in {@link findInterface}
 * @returns the interface
 */
export async function announceService(requested: string, addresses: readonly string[]): Promise<string> {
  const name = findInterface(requested)
  await announceAddresses(name, addresses)
  return name
}

/**
 * Of addresses that this machine does not have yet: those that somebody else has (RFC 5227, 2.1; RFC 4862, 5.4).
 *
 * @throws FailedError `NOT_PROBED`
 */
export async function takenAddresses(requested: string, addresses: readonly string[]): Promise<Owner[]> {
  const link = await lookAtInterface(findInterface(requested))
  const missing = addresses.filter(
    (address) => !link.addresses.some((one) => isSameHost(one.address, address)),
  )
  return missing.length === 0 ? [] : await findOwners(link.name, missing)
}

export function describeOwners(owners: readonly Owner[]): string {
  return owners.map(({ address, macAddress }) => `${address} is at ${macAddress}`).join(', ')
}

export function addressInUse(owners: readonly Owner[]): RefusedError {
  return new RefusedError({
    code: 'ADDRESS_IN_USE',
    message: `somebody else on the network has a service address: ${describeOwners(owners)}`,
    remedy: 'Take the address away from there, or give the group another one, then try again.',
  })
}
