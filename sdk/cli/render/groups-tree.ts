/** The groups of a guest as a tree: groups, their processes, and what couples these. Pure. */
import type { Bond, Edge, Group, ListGroupsResponse, Process } from '../../../proto/generated/messages.ts'
import type { Look } from './look.ts'
import { printable } from './printable.ts'
import { fit } from './text-width.ts'
import { drawTree, type TreeNode } from './tree.ts'
import { cores, size } from './units.ts'
import { commandOf, originWord, processKey, stateWord } from './words.ts'

/** A process can be coupled to thousands of others; after some it is clear, and JSON has them all. */
const mostEdges = 10
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
  const replicated = listed.processes.filter((process) => process.replicated)
  if (replicated.length > 0) parts.push(look.paint('dim', infrastructure(replicated, look)))
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
    group.serviceAddress,
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
  const all = edges.get(key) ?? []
  const shown: TreeNode[] = all.slice(0, mostEdges).map((edge) => ({
    text: `${reason(edge)} → ${label(processKey(edge.to), processes)}`,
  }))
  if (all.length > shown.length) shown.push({ text: `and ${all.length - shown.length} more: see --json` })
  return { text, children: shown }
}

function bondNode(bond: Bond, processes: ReadonlyMap<string, Process>): TreeNode {
  const shown: TreeNode[] = bond.reasons.slice(0, mostEdges).map((edge) => ({
    text: edge.from
      ? `${reason(edge)}: ${label(processKey(edge.from), processes)} → ${label(processKey(edge.to), processes)}`
      : reason(edge),
  }))
  const hidden = bond.reasons.length - shown.length
  if (hidden > 0) shown.push({ text: `and ${hidden} more: see --json` })
  return { text: `${printable(bond.group)} and ${printable(bond.other)}`, children: shown }
}

function reason(edge: Edge): string {
  return fit(printable(edge.evidence), longestLabel)
}

function label(key: string, processes: ReadonlyMap<string, Process>): string {
  const process = processes.get(key)
  const pid = key.split('-')[0] ?? ''
  return fit(printable(process ? `${pid} ${commandOf(process)}` : pid), longestLabel)
}

function infrastructure(processes: readonly Process[], look: Look): string {
  const names = [...new Set(processes.map((process) => process.name))].sort()
  const line = `${processes.length} processes are kept by every child: ${names.map(printable).join(', ')}`
  return look.columns === undefined ? line : fit(line, look.columns)
}
