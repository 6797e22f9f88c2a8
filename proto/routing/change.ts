import type { Backend, Route } from '../generated/route-messages.ts'

export type ChangeKind = 'put' | 'hold' | 'switch' | 'release' | 'delete'

/** A change that is asked for. Number 0 stands for the next one. */
export type Change = { name: string; number: number } & (
  | { kind: 'put'; route: Route }
  | { kind: 'switch'; backends: Backend[] }
  | { kind: 'hold' | 'release' | 'delete' }
)

/** What is known of one name: the route, and what was last done to it. */
export interface RouteEntry {
  name: string
  /** Of the last change. */
  number: number
  last: ChangeKind
  /** Null when it was deleted: the number stays, so that no late change brings it back. */
  route: Route | null
}
