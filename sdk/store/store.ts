/** What the host keeps between two calls: machines, operations, their journals and locks, routes, and facts about the host. */
import { type Disks, disks } from './disks.ts'
import { type HostFacts, hostFacts } from './facts.ts'
import { type Journal, journal } from './journal.ts'
import { type Locks, locks } from './locks.ts'
import { type Machines, machines } from './machines.ts'
import { openDatabase } from './open-database.ts'
import { type Operations, operations } from './operations.ts'
import { type Routes, routes } from './routes.ts'
import { atomically, rehearse } from './transaction.ts'

/** One open store. Every call is synchronous and waits at most 5 seconds for another process that writes. */
export interface Store extends Disposable {
  readonly machines: Machines
  readonly disks: Disks
  readonly operations: Operations
  readonly journal: Journal
  readonly locks: Locks
  readonly routes: Routes
  readonly facts: HostFacts

  /**
   * Runs `work` as one transaction: all that it writes to this store is kept, or nothing when it throws. It may
   * be nested. `work` is synchronous: a transaction that waited would stop every other process.
   */
  atomically<Result>(work: () => Result): Result

  /** Runs `work` as {@link atomically} does, but keeps nothing of what it writes. Not to be nested. */
  rehearse<Result>(work: () => Result): Result

  close(): void
}

/**
 * Opens the store in the file `path`, and creates it with its folder when there is none.
 *
 * @throws UnavailableError `STORE_TOO_NEW` when a later version of Cleave wrote it
 * @throws FailedError `STORE_UNREADABLE` when the file is no store, or can't be opened
 */
export function openStore(options: { path: string }): Store {
  const database = openDatabase(options.path)
  const close = () => {
    if (database.isOpen) database.close()
  }
  return {
    machines: machines(database),
    disks: disks(database),
    operations: operations(database),
    journal: journal(database),
    locks: locks(database),
    routes: routes(database),
    facts: hostFacts(database),
    atomically: (work) => atomically(database, work),
    rehearse: (work) => rehearse(database, work),
    close,
    [Symbol.dispose]: close,
  }
}
