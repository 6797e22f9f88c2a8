/** The journal of one operation, as its steps write it. */
import type { Store } from '../store/store.ts'
import type { Journal } from './steps.ts'

export function journalOf(store: Store, operation: string): Journal {
  const mark: Journal['mark'] = (position, step, state) =>
    void store.journal.append({ operation, position, step, state })
  return {
    entries: () => store.journal.list(operation),
    mark,
    commit: (position, step, change) =>
      store.atomically(() => {
        change()
        mark(position, step, 'done')
      }),
  }
}
