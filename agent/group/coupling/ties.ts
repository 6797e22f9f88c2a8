/** What ties processes together. Pure. */
import type { Channel, Process } from '../../../proto/generated/messages.ts'

/** One object, such as a pipe or a unit, and all that hold it. */
export interface Tie {
  channel: Channel
  /** For people. */
  evidence: string
  /** Two or more, each once. */
  holders: readonly Process[]
}

export interface Ties {
  /** Does nothing when that is one process only. */
  add(holders: readonly Process[], evidence: string): void
  /** In the order in which they were added. */
  list(): Tie[]
}

export function createTies(channel: Channel): Ties {
  const ties: Tie[] = []
  return {
    add(holders, evidence) {
      const distinct = [...new Set(holders)]
      if (distinct.length > 1) ties.push({ channel, evidence, holders: distinct })
    },
    list: () => ties,
  }
}
