import { hooksFeature } from '../../../proto/version.ts'
import type { AgentClient } from '../../guest/agent-client.ts'
import { agentGrouping } from '../../guest/grouping.ts'
import type { WorkStep } from '../steps.ts'
import type { SplitContext } from './context.ts'
import { refusalOf, toHookRecords } from './hook-records.ts'

/**
 * Asks those in the guest who want to know of a split whether it may come now, while all still runs. When it is taken
 * back, now or later, they are told.
 */
export const ask: WorkStep<SplitContext> = {
  name: 'ask',
  commits: false,
  async run({ prepared: { operation, parent, plan }, agents, store, findings }) {
    const agent = await agents.of(parent)
    findings.tells = await tells(agent)
    if (!findings.tells) return
    const children = plan.children.map(({ name, groups }) => ({ name, groups }))
    const { reports, groupsToTell } = await agent.beforeSplit({
      operationId: operation,
      children,
      grouping: agentGrouping(plan.grouping),
    })
    findings.asked = toHookRecords(reports, '')
    findings.groupsToTell = groupsToTell
    store.operations.addHooks(operation, findings.asked)
    const refusal = refusalOf(findings.asked, operation)
    if (refusal !== undefined) throw refusal
  },
  async undo({ prepared: { operation, parent }, agents, hypervisor, store, findings }) {
    // Nobody is left to be told in a parent that has ended meanwhile.
    if ((await hypervisor.status(parent)) === 'absent') return
    const agent = await agents.of(parent)
    if (!(findings.tells ?? (await tells(agent)))) return
    const { reports } = await agent.afterSplit({ operationId: operation })
    store.operations.addHooks(operation, toHookRecords(reports, ''))
  },
}

/** Tells those in each child whose groups go on there. What fails is in the result: the split is not taken back for it. */
export async function tellChildren(context: SplitContext): Promise<void> {
  const { prepared, agents, store, findings } = context
  const { operation, plan, children } = prepared
  await Promise.all(
    children.map(async (child, index) => {
      const groups = plan.children[index]?.groups ?? []
      // Another process that goes on with the split does not know.
      if (findings.groupsToTell?.some((group) => groups.includes(group)) === false) return
      const agent = await agents.of(child)
      // The agent of a copy is its parent's. When it wakes it has much to do, and may be long in answering.
      if (!(findings.tells ?? (await tells(agent)))) return
      const told = await agent.afterSplit({
        operationId: operation,
        child: { name: child.name, groups },
        grouping: agentGrouping(plan.grouping),
      })
      const records = toHookRecords(told.reports, child.name)
      findings.told.set(child.name, records)
      store.operations.addHooks(operation, records)
    }),
  )
}

async function tells(agent: AgentClient): Promise<boolean> {
  return (await agent.info()).features.includes(hooksFeature)
}
