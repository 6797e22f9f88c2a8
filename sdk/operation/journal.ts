/** The journal of one operation, as its steps write it. */
import type { Store } from '../store/store.ts'
import type { Journal } from './steps.ts'

/**
 * The commit waits for the disk, and so does the beginning of a step that changes what outlives a loss of power. The others don't:
 * clients wait for what is between them, and when power is lost, so are the machines' processes.
 */
export function journalOf(store: Store, operation: string): Journal {
  return {
    entries: () => store.journal.list(operation),
    mark: (entry, options) => void store.journal.append({ operation, ...entry }, options),
    commit: (position, step, change) =>
      store.atomically(() => {
        change()
        store.journal.append({ operation, position, step, state: 'done' })
      }),
  }
}
