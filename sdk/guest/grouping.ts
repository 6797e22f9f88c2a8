import type { GroupingInput } from '../../proto/generated/messages.ts'

/** The agent's word for what makes a group. */
export function agentGrouping(grouping: 'coupling' | 'user'): GroupingInput {
  return grouping === 'user' ? 'GROUPING_USER' : 'GROUPING_COUPLING'
}
