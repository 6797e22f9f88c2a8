import type { AgentSessions } from '../../guest/agent-sessions.ts'
import type { Ports } from '../../machine/ports.ts'
import type { ResizeRequest } from '../../planning/resources.ts'
import { journalOf } from '../journal.ts'
import { newOperationId } from '../operation.ts'
import { recordOutcome } from '../record-outcome.ts'
import { runSteps } from '../steps.ts'
import { prepareResize } from './begin.ts'
import { resizeContext } from './context.ts'
import { resizeSteps } from './steps.ts'

/**
 * Resizes a machine as a part of another operation, which has its lock. It has a record of its own, so that half of it is taken
 * back before the other operation is recovered.
 *
 * @throws as beginResize, and as its operation
 */
export async function resizeTo(
  ports: Ports,
  agents: AgentSessions,
  { machine: name, ...request }: { machine: string } & ResizeRequest,
): Promise<void> {
  const { store } = ports
  const id = newOperationId('resize')
  const machine = store.machines.get(name)
  const prepared = await prepareResize(ports, { id, machine, request, agents })
  store.operations.begin({ id, kind: 'resize', machine: name, plan: prepared })
  const context = resizeContext(ports, prepared, agents)
  const journal = journalOf(store, id)
  await recordOutcome(store, id, () =>
    runSteps({ steps: resizeSteps(prepared), context, journal, report: () => {} }),
  )
}
