import type { Node, RecordSet } from './zone.ts'

/** True when nothing about a name would change, the order of its records included. */
export function isSameNode(sets: readonly RecordSet[] | undefined, before: Node | undefined): boolean {
  if (sets === undefined || before === undefined) return sets === before
  if (sets.length !== before.size) return false
  return sets.every(({ type, ttl, data }) => {
    const old = before.get(type)
    if (old === undefined || old.ttl !== ttl || old.data.length !== data.length) return false
    return data.every((one, index) => old.data[index]?.equals(one) === true)
  })
}
