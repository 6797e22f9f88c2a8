/** The groups of a guest as a tree: groups, their processes, and what couples these. Pure. */
import type { Bond, Edge, Group, ListGroupsResponse, Process } from '../../../proto/generated/messages.ts'
import type { Look } from './look.ts'
import { printable } from './printable.ts'
import { fit } from './text-width.ts'
import { drawTree, type TreeNode } from './tree.ts'
import { cores, size } from './units.ts'
import { commandOf, originWord, processKey, stateWord } from './words.ts'

/** A process can be coupled to thousands of others; after some it is clear, and JSON has them all. */
const mostPartners = 10
const mostReasons = 8
const longestLabel = 100

export function groupsTree(listed: ListGroupsResponse, look: Look): string {
  const processes = new Map(listed.processes.map((process) => [processKey(process.id), process]))
  const edges = Map.groupBy(listed.edges, (edge) => processKey(edge.from))
  const groups = listed.groups.map((group) => groupNode(group, { processes, edges, look }))
  const parts = [drawTree(groups)]
  if (listed.bonds.length > 0) {
    const bonds = listed.bonds.map((bond) => bondNode(bond, processes))
    parts.push(drawTree([{ text: look.paint('bold', 'must stay together'), children: bonds }]))
  }
  const kept = infrastructure(listed.processes)
  if (kept !== '') parts.push(look.paint('dim', `every child keeps ${kept}`))
  return parts.filter((part) => part !== '').join('\n\n')
}

interface Graph {
  processes: ReadonlyMap<string, Process>
  /** By the key of the process that they go out from. */
  edges: ReadonlyMap<string, readonly Edge[]>
  look: Look
}

function groupNode(group: Group, graph: Graph): TreeNode {
  const facts = [
    `${originWord(group.origin)}, ${stateWord(group.state)}`,
    `${cores(group.cpuCores)} CPU`,
    size(group.memoryBytes),
    ...group.serviceAddresses,
    group.declaredGroups.length > 0 ? `has ${group.declaredGroups.join(', ')}` : '',
    group.declaredIn,
  ]
  const name = graph.look.paint('bold', printable(group.name))
  const text = [name, ...facts.filter(Boolean).map(printable)].join('  ')
  return { text, children: group.processes.map((id) => processNode(processKey(id), graph)) }
}

function processNode(key: string, { processes, edges, look }: Graph): TreeNode {
  const process = processes.get(key)
  const origin = process && [process.unit, process.user].filter(Boolean).map(printable).join(', ')
  const text = `${label(key, processes)}${origin ? `  ${look.paint('dim', origin)}` : ''}`
  const partners = couplings(edges.get(key) ?? [], (edge) => `with ${label(processKey(edge.to), processes)}`)
  return { text, children: partners }
}

function bondNode(bond: Bond, processes: ReadonlyMap<string, Process>): TreeNode {
  const pair = ({ from, to }: Edge) =>
    from ? `${label(processKey(from), processes)} with ${label(processKey(to), processes)}` : ''
  return {
    text: `${printable(bond.group)} and ${printable(bond.other)}`,
    children: couplings(bond.reasons, pair),
  }
}

/** One node for all edges that `nameOf` names alike, with what shows them. */
function couplings(edges: readonly Edge[], nameOf: (edge: Edge) => string): TreeNode[] {
  const byName = [...Map.groupBy(edges, nameOf)]
  const shown: TreeNode[] = byName.slice(0, mostPartners).map(([name, alike]) => ({
    text: [name, reasons(alike)].filter(Boolean).join(': '),
  }))
  const hidden = byName.length - shown.length
  return hidden > 0 ? [...shown, { text: `and ${hidden} more: see --json` }] : shown
}

function reasons(edges: readonly Edge[]): string {
  const shown = edges.slice(0, mostReasons).map((edge) => fit(printable(edge.evidence), longestLabel))
  const hidden = edges.length - shown.length
  return [...shown, ...(hidden > 0 ? [`${hidden} more`] : [])].join('; ')
}

function label(key: string, processes: ReadonlyMap<string, Process>): string {
  const process = processes.get(key)
  const pid = key.split('-')[0] ?? ''
  return fit(printable(process ? `${pid} ${commandOf(process)}` : pid), longestLabel)
}

function infrastructure(processes: readonly Process[]): string {
  const kept = processes.filter((process) => process.replicated)
  return [...new Set(kept.map(({ unit, name }) => printable(unit || name)))].sort().join(', ')
}
