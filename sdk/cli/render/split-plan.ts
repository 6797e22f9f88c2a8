/** The plan of a split as a table. Pure. */
import type { PlanDocument } from '../documents/split.ts'
import type { Look } from './look.ts'
import { printable } from './printable.ts'
import { forwardText } from './reach.ts'
import { type Column, table } from './table.ts'
import { cores, mebibyte, size } from './units.ts'

const columns: readonly Column<PlanDocument['children'][number]>[] = [
  { title: 'CHILD', text: ({ name }) => name },
  { title: 'CPU', text: ({ cpuCores }) => cores(cpuCores), align: 'right' },
  { title: 'MEMORY', text: ({ memoryBytes }) => size(memoryBytes), align: 'right' },
  { title: 'KEEPS MAC', text: ({ keepsMacAddress }) => (keepsMacAddress ? 'yes' : 'no') },
  { title: 'GROUPS', text: ({ groups }) => groups.join(', ') },
]

/** What its groups use now for each child; what each child is given, below. */
export function planTable(plan: PlanDocument, look: Look): string {
  const given = `${plan.cpus} ${plan.cpus === 1 ? 'processor' : 'processors'} and ${size(plan.memoryMiB * mebibyte)}`
  const twin = `${plan.parent} goes over to a process whose memory children can map first, and runs on meanwhile`
  return [
    table(plan.children, columns, look),
    '',
    ...(plan.twin ? [twin] : []),
    ...(plan.network === 'user' ? userNetworkLines(plan) : []),
    `each child has ${given}, as ${plan.parent} has`,
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
