import type { Ports } from '../../machine/ports.ts'
import { journalOf } from '../journal.ts'
import { recoverSteps } from '../steps.ts'
import { mergeAgents, mergeContext, type PreparedMerge } from './context.ts'
import { mergeSteps } from './steps.ts'

/**
 * Finishes or takes back a merge whose own process has ended.
 *
 * @throws FailedError `OPERATION_NOT_UNDONE`, `OPERATION_UNFINISHED`: it can be tried again
 * @throws BusyError `OPERATION_RUNNING` while its process lives
 */
export async function recoverMerge(ports: Ports, id: string): Promise<'finished' | 'undone'> {
  const { store } = ports
  const prepared = store.operations.takeOver(id).plan as PreparedMerge
  await using agents = mergeAgents(ports)
  const outcome = await recoverSteps({
    steps: mergeSteps,
    context: mergeContext(ports, prepared, agents),
    journal: journalOf(store, id),
    report: () => {},
  })
  store.operations.finish(id, { state: outcome === 'finished' ? 'done' : 'undone' })
  return outcome
}
