/** Machines below those that they were split from. Pure. */
import type { FamilyMember } from '../documents/family.ts'
import type { Look } from './look.ts'
import { drawTree, type TreeNode } from './tree.ts'
import { size } from './units.ts'

/** A machine whose parent is not known any more stands by itself. */
export function familyTree(members: readonly FamilyMember[], look: Look): string {
  const names = new Set(members.map(({ name }) => name))
  const childrenOf = Map.groupBy(members, ({ parent }) =>
    parent !== null && names.has(parent) ? parent : null,
  )
  const node = (member: FamilyMember): TreeNode => ({
    text: describe(member, look),
    children: (childrenOf.get(member.name) ?? []).map(node),
  })
  return drawTree((childrenOf.get(null) ?? []).map(node))
}

function describe({ name, life, memory, diskBytes }: FamilyMember, look: Look): string {
  const parts = [`disk ${size(diskBytes)}`]
  if (memory !== null) {
    const { proportionalBytes, ownBytes, sharedBytes } = memory
    parts.unshift(`memory ${size(proportionalBytes)} (own ${size(ownBytes)}, shared ${size(sharedBytes)})`)
  }
  return `${name}  ${look.paint(life === 'running' ? 'green' : 'dim', life)}  ${parts.join(', ')}`
}
