import type { LockHolder } from '../store/locks.ts'
import type { MachineRecord } from '../store/records.ts'
import type { Store } from '../store/store.ts'

/** The operation that works on a machine just now. One that makes a child holds the machine that it is made from. */
export function holderOf(
  { locks }: Pick<Store, 'locks'>,
  { name, parent }: Pick<MachineRecord, 'name' | 'parent'>,
): LockHolder | undefined {
  return locks.holder(name) ?? (parent === undefined ? undefined : locks.holder(parent))
}
