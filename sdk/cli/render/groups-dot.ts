/** The coupling graph of a guest in Graphviz's language (graphviz.org/doc/info/lang.html). Pure. */
import type { Edge, Group, ListGroupsResponse, Process } from '../../../proto/generated/messages.ts'
import { printable } from './printable.ts'
import { fit } from './text-width.ts'
import { channelWord, commandOf, processKey } from './words.ts'

const longestLabel = 60

/**
 * One cluster for each group, one node for each process, one edge for each coupling, labelled by its channel; its
 * evidence is the tooltip. Groups that a declaration ties are joined by a dashed edge.
 */
export function groupsDot(listed: ListGroupsResponse): string {
  const processes = new Map(listed.processes.map((process) => [processKey(process.id), process]))
  const reasons = listed.bonds.flatMap((bond) => bond.reasons.filter((edge) => edge.from && edge.to))
  const edges = new Map([...listed.edges, ...reasons].map((edge) => [edgeKey(edge), edge]))
  const anchors = new Map(listed.groups.map((group, index) => [group.name, anchorOf(group, index)]))
  return [
    'digraph groups {',
    '  compound=true; rankdir=LR; node [shape=box, fontname="sans-serif"]; edge [dir=none, fontname="sans-serif"]',
    ...listed.groups.flatMap((group, index) => cluster(group, { index, processes })),
    ...[...edges.values()].map(
      (edge) =>
        `  ${node(processKey(edge.from))} -> ${node(processKey(edge.to))} ` +
        `[label=${quote(channelWord(edge.channel))}, tooltip=${quote(edge.evidence)}]`,
    ),
    ...listed.bonds.flatMap((bond) => {
      const declared = bond.reasons.filter((edge) => !edge.from || !edge.to)
      const [from, to] = [anchors.get(bond.group), anchors.get(bond.other)]
      if (!from || !to) return []
      return declared.map(
        (edge) =>
          `  ${from.node} -> ${to.node} [style=dashed, ltail=${from.cluster}, lhead=${to.cluster}, ` +
          `label=${quote(channelWord(edge.channel))}, tooltip=${quote(edge.evidence)}]`,
      )
    }),
    '}',
  ].join('\n')
}

function cluster(
  group: Group,
  { index, processes }: { index: number; processes: ReadonlyMap<string, Process> },
): string[] {
  const nodes = group.processes.map((id) => {
    const key = processKey(id)
    const process = processes.get(key)
    return `    ${node(key)} [label=${quote(`${id.pid} ${process ? commandOf(process) : ''}`)}]`
  })
  // A cluster without a node is not drawn.
  const drawn = nodes.length > 0 ? nodes : [`    ${anchorOf(group, index).node} [style=invis, label=""]`]
  return [`  subgraph cluster_${index} {`, `    label=${quote(group.name)}`, ...drawn, '  }']
}

function anchorOf(group: Group, index: number): { node: string; cluster: string } {
  const [first] = group.processes
  return { node: first ? node(processKey(first)) : `"group-${index}"`, cluster: `cluster_${index}` }
}

function node(key: string): string {
  return `"process-${key}"`
}

function edgeKey(edge: Edge): string {
  return [processKey(edge.from), processKey(edge.to), edge.channel, edge.evidence].join(' ')
}

/** A string in double quotes; the backslash begins an escape of Graphviz's, so it is doubled too. */
function quote(text: string): string {
  return `"${fit(printable(text), longestLabel).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
