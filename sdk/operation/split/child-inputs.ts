import type { ChildInput } from '../../../proto/generated/messages.ts'
import { identityOf } from '../../machine/identity.ts'
import type { PreparedSplit } from './context.ts'

/** What the parent's agent is told of each child. Identities are drawn anew with each call. */
export function childInputs({ plan, children }: PreparedSplit): ChildInput[] {
  return children.map((child, index) => ({
    name: child.name,
    groups: plan.children[index]?.groups ?? [],
    identity: identityOf(child),
    uuid: child.id,
  }))
}
