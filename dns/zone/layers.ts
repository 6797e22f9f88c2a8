/**
 * A zone is made of two layers: records that people wrote or updated, and those of routes, which come first. Where a route
 * gives a name a type, it has it alone; where it gives it any, no CNAME is beside it.
 */
import { recordTypes } from '../../proto/dns/numbers.ts'
import type { Node, NodeChange } from './zone.ts'

/** What one name answers with. */
export function layered(name: string, { written, live }: { written?: Node; live?: Node }): NodeChange {
  if (written === undefined && live === undefined) return { name, sets: undefined }
  const under = [...(written?.values() ?? [])].filter(
    ({ type }) => live === undefined || (!live.has(type) && type !== recordTypes.CNAME),
  )
  return { name, sets: [...under, ...(live?.values() ?? [])] }
}
