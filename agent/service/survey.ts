/** What the services need of a survey of the guest. */
import type { Bond, Edge, Group, Grouping, Process } from '../../proto/generated/messages.ts'

export interface ServedSurvey {
  groups: Group[]
  processes: Process[]
  edges: Edge[]
  bonds: Bond[]
  problems: string[]
}

/** @param grouping by coupling when it is left out */
export type TakeSurvey = (grouping?: Grouping) => Promise<ServedSurvey>
