import { findOwners, type Owner } from '../../../../proto/neighbours/neighbours.ts'
import type { MachineRecord } from '../../../store/records.ts'

/** See `Hypervisor.addressOwners`. It is asked from the bridge. */
export async function addressOwners(
  { bridge, userNetwork }: MachineRecord,
  addresses: readonly string[],
): Promise<Owner[]> {
  return userNetwork === undefined ? await findOwners(bridge, addresses) : []
}
