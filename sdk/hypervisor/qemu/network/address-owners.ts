import { readFile } from 'node:fs/promises'
import { findOwners, type Owner } from '../../../../proto/neighbours/neighbours.ts'
import type { MachineRecord } from '../../../store/records.ts'

/** See `Hypervisor.addressOwners`. It is asked from the bridge. */
export async function addressOwners(
  { bridge, userNetwork }: MachineRecord,
  addresses: readonly string[],
): Promise<Owner[]> {
  if (userNetwork !== undefined || addresses.length === 0) return []
  const macAddress = (await readFile(`/sys/class/net/${bridge}/address`, 'utf8')).trim()
  return await findOwners({ name: bridge, macAddress }, addresses)
}
