/** The journal of one operation, as its steps write it. */
import type { Store } from '../store/store.ts'
import type { Journal } from './steps.ts'

/**
 * The first mark and the commit wait for the disk, the others don't: clients wait for what is between them. When power
 * is lost, the machines' processes are lost too, and what is left to undo is what the first step made.
 */
export function journalOf(store: Store, operation: string): Journal {
  return {
    entries: () => store.journal.list(operation),
    mark: (position, step, state) =>
      void store.journal.append({ operation, position, step, state }, { flush: position === 0 }),
    commit: (position, step, change) =>
      store.atomically(() => {
        change()
        store.journal.append({ operation, position, step, state: 'done' })
      }),
  }
}
