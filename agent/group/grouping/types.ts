/** What grouping starts from and comes to. */
import type { Bond, Edge, Group } from '../../../proto/generated/messages.ts'
import type { ObservedProcess } from '../../process/source.ts'
import type { Tie } from '../coupling/ties.ts'
import type { Declaration } from '../declaration/types.ts'

export interface Workload {
  /** Every process that is no infrastructure, by rising pid. */
  processes: readonly ObservedProcess[]
  ties: readonly Tie[]
  declarations: readonly Declaration[]
  /** By pid, the declared groups that a process matches, in the order of their declarations. */
  matches: ReadonlyMap<number, readonly string[]>
}

export interface Grouped {
  /** Declared groups in the order of their declarations, then the others by name. */
  groups: Group[]
  /** By pid. */
  groupOf: ReadonlyMap<number, string>
  edges: Edge[]
  bonds: Bond[]
  problems: string[]
}
