/** Disks are held together with the machines that have them. */
import type { DiskRecord } from '../store/records.ts'
import type { Store } from '../store/store.ts'

type SomeDisks = [DiskRecord, ...DiskRecord[]]

/**
 * Takes the locks of disks, and of the machines that have them: all or none.
 *
 * @param choose answers the records of those disks
 * @returns the same records, which only the holder changes until he gives the locks back
 * @throws BusyError `DISK_LOCKED`, `MACHINE_BUSY`, `OPERATION_INTERRUPTED`
 * @throws what `choose` throws
 */
export function holdDisks(
  store: Store,
  operation: string,
  choose: () => SomeDisks,
): Disposable & { disks: SomeDisks } {
  return store.atomically(() => {
    const disks = choose()
    const locks = new DisposableStack()
    for (const { name } of disks) locks.use(store.locks.lockDisk(name, operation))
    for (const machine of machinesOf(disks)) locks.use(store.locks.lockMachine(machine, operation))
    return { disks, [Symbol.dispose]: () => locks.dispose() }
  })
}

/** Those that have one of the disks. */
export function machinesOf(disks: readonly DiskRecord[]): Set<string> {
  return new Set(disks.flatMap(({ machine }) => machine ?? []))
}
