import type { Ports } from '../../machine/ports.ts'
import { journalOf } from '../journal.ts'
import { recoverSteps } from '../steps.ts'
import { type PreparedResize, resizeAgents, resizeContext } from './context.ts'
import { resizeSteps } from './steps.ts'

/**
 * Takes back a resize whose own process has ended, or notes that it was done.
 *
 * @throws FailedError `OPERATION_NOT_UNDONE`: it can be tried again
 * @throws BusyError `OPERATION_RUNNING` while its process lives
 */
export async function recoverResize(ports: Ports, id: string): Promise<'finished' | 'undone'> {
  const { store } = ports
  const prepared = store.operations.takeOver(id).plan as PreparedResize
  await using agents = resizeAgents(ports)
  const outcome = await recoverSteps({
    steps: resizeSteps(prepared),
    context: resizeContext(ports, prepared, agents),
    journal: journalOf(store, id),
    report: () => {},
  })
  store.operations.finish(id, { state: outcome === 'finished' ? 'done' : 'undone' })
  return outcome
}
