import { done, type SlowItem } from './item.ts'

/** Keys and ids of the agent itself. */
export const agentKeys: SlowItem = {
  name: 'agent-keys',
  apply: () => done('not present: the channel to the host needs none'),
}
