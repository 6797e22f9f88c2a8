import { identityOf } from '../../machine/identity.ts'
import type { WorkStep } from '../steps.ts'
import { foreignGroups, type SplitContext } from './context.ts'

/**
 * Makes each child what it is: foreign groups end while they are frozen, identity and addresses become its own. No
 * workload runs yet, so all of it can still be taken back by ending the children.
 */
export const adopt: WorkStep<SplitContext> = {
  name: 'adopt',
  commits: false,
  async run({ prepared, agents, findings }) {
    await Promise.all(
      prepared.plan.children.map(async (planned, index) => {
        const child = prepared.children[index]
        if (child === undefined) return
        const agent = await agents.of(child)
        const answer = await agent.adopt({
          operationId: prepared.operation,
          ownGroups: planned.groups,
          foreignGroups: foreignGroups(prepared.plan, planned.name),
          identity: identityOf(child),
        })
        findings.adopted.set(child.name, answer)
      }),
    )
  },
}
