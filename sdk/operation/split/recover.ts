import type { Ports } from '../../machine/ports.ts'
import { journalOf } from '../journal.ts'
import { recoverSteps } from '../steps.ts'
import { type PreparedSplit, splitAgents, splitContext } from './context.ts'
import { splitSteps } from './steps.ts'

/**
 * Finishes or takes back a split whose own process has ended.
 *
 * @throws FailedError `OPERATION_NOT_UNDONE`, `OPERATION_UNFINISHED`: it can be tried again
 * @throws BusyError `OPERATION_RUNNING` while its process lives
 */
export async function recoverSplit(ports: Ports, id: string): Promise<'finished' | 'undone'> {
  const { store } = ports
  const prepared = store.operations.takeOver(id).plan as PreparedSplit
  await using agents = splitAgents(ports)
  const context = splitContext(ports, prepared, agents)
  using _adopters = context.adopters
  const outcome = await recoverSteps({
    steps: splitSteps(prepared),
    context,
    journal: journalOf(store, id),
    report: () => {},
  })
  store.operations.finish(id, { state: outcome === 'finished' ? 'done' : 'undone' })
  return outcome
}
