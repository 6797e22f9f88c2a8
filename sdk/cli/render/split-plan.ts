/** The plan of a split as a table. Pure. */

import type { Way } from '../../planning/way.ts'
import type { PlanDocument } from '../documents/split.ts'
import { leadingTables } from './leading.ts'
import type { Look } from './look.ts'
import { printable } from './printable.ts'
import { forwardText } from './reach.ts'
import { type Column, table } from './table.ts'
import { cores, mebibyte, size } from './units.ts'

const columns: readonly Column<PlanDocument['children'][number]>[] = [
  { title: 'CHILD', text: ({ name }) => name },
  { title: 'CPUS', text: ({ cpus }) => `${cpus}`, align: 'right' },
  { title: 'USED', text: ({ cpuCores }) => cores(cpuCores), align: 'right' },
  { title: 'MEMORY', text: ({ memoryMiB }) => size(memoryMiB * mebibyte), align: 'right' },
  { title: 'USED', text: ({ memoryBytes }) => size(memoryBytes), align: 'right' },
  { title: 'KEEPS MAC', text: ({ keepsMacAddress }) => (keepsMacAddress ? 'yes' : 'no') },
  { title: 'GROUPS', text: ({ groups }) => groups.join(', ') },
]

const wayText: Record<Way, string> = {
  fork: 'children go on from memory, which they share with their parent (fork)',
  suspend: 'children go on from a copy of the memory of their parent, which a state file carries (suspend)',
  delta: 'children boot, each on an overlay of the disk of their parent, which ends before (delta)',
  full: 'children boot, each on a whole copy of the disk of their parent, which ends before (full)',
}

/** What each child is given, and what its groups use of it now. */
export function planTable(plan: PlanDocument, look: Look): string {
  const { parent, way, why, twin, ending, disks } = plan
  const ended = ending.map(({ group, processes }) =>
    printable(`${group} loses what no unit starts again: ${processes.join(', ')}`),
  )
  return [
    table(plan.children, columns, look),
    '',
    `${wayText[way]}: ${printable(why)}`,
    ...(twin
      ? [`${parent} goes over to a process whose memory children can map first, and runs on meanwhile`]
      : []),
    ...disks.map(({ name, group, child }) => printable(`${child} keeps the disk ${name} of ${group}`)),
    ...(plan.network === 'user' ? userNetworkLines(plan) : []),
    ...ended.map((line) => look.paint('yellow', line)),
    ...leadingTables(plan, look),
  ].join('\n')
}

/** What is different without a bridge, where clients keep their connections. */
function userNetworkLines({ children, unreachable }: PlanDocument): string[] {
  const led = children.flatMap(({ name, forwards }) =>
    forwards.map((forward) => `${forwardText(forward)} goes on to ${name}`),
  )
  return [
    'with user networking every open connection ends, and no address moves',
    ...led,
    ...unreachable.map((group) =>
      printable(`nobody outside reaches the service address of ${group}: no forward leads to it`),
    ),
  ]
}
