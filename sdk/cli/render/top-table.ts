/** One round of `vm top` as a table: machines, and below each its groups. Pure. */
import type { MachineUse, TopDocument } from '../documents/top.ts'
import type { Look } from './look.ts'
import { printable } from './printable.ts'
import { type Column, table } from './table.ts'
import { fit, textWidth } from './text-width.ts'
import { cores, mebibyte, moment, size } from './units.ts'

interface Row {
  name: string
  state: string
  cpu: string
  memory: string
  /** Only a machine has what follows. */
  cpus?: string
  own?: string
  shared?: string
  ram?: string
  parent?: string
}

const nameColumn: Column<Row> = { title: 'NAME', text: ({ name }) => name }
const parentColumn: Column<Row> = { title: 'PARENT', text: ({ parent = '' }) => parent, cut: true }
const columns: readonly Column<Row>[] = [
  nameColumn,
  {
    title: 'STATE',
    text: ({ state }) => state,
    style: ({ state }) => (state === 'running' ? 'green' : 'dim'),
  },
  { title: 'CPU', text: ({ cpu }) => cpu, align: 'right' },
  { title: 'CPUS', text: ({ cpus = '' }) => cpus, align: 'right' },
  { title: 'MEMORY', text: ({ memory }) => memory, align: 'right' },
  { title: 'OWN', text: ({ own = '' }) => own, align: 'right' },
  { title: 'SHARED', text: ({ shared = '' }) => shared, align: 'right' },
  { title: 'RAM', text: ({ ram = '' }) => ram, align: 'right' },
  parentColumn,
]
/** What a narrow terminal has no place for. */
const wideOnly = ['OWN', 'SHARED']
const narrow = 100
const gap = 2
const shortestName = 12
const shortestParent = 10

/** Without a line feed at its end. What is not known is a hyphen. */
export function topTable({ at, machines }: TopDocument, look: Look): string {
  const shown = columns.filter(({ title }) => (look.columns ?? narrow) >= narrow || !wideOnly.includes(title))
  const blocks = machines.map((machine) => ({ machine, rows: [machineRow(machine), ...groupRows(machine)] }))
  const rows = blocks.flatMap((block) => block.rows)
  const [titles = '', ...lines] = table(cutNames(rows, shown, look), shown, look).split('\n')
  const body = blocks.flatMap(({ machine, rows }) => [
    ...lines.splice(0, rows.length),
    ...problemLines(machine, look),
  ])
  return [cut(headline({ at, machines }), look), '', titles, ...body].join('\n')
}

function headline({ at, machines }: TopDocument): string {
  const running = machines.filter(({ life }) => life === 'running')
  const total = (numberOf: (machine: MachineUse) => number) =>
    running.reduce((sum, machine) => sum + numberOf(machine), 0)
  return [
    moment(Date.parse(at)),
    `${running.length} of ${machines.length} machines run`,
    `CPU ${cores(total(({ cpuCores }) => cpuCores ?? 0))} of ${total(({ cpus }) => cpus)}`,
    `memory ${size(total(({ memory }) => memory?.proportionalBytes ?? 0))} of ${size(total(({ memoryMiB }) => memoryMiB * mebibyte))}`,
  ].join('  ')
}

function machineRow({ name, life, cpuCores, cpus, memory, memoryMiB, parent }: MachineUse): Row {
  return {
    name,
    state: life,
    cpu: cpuCores === null ? '-' : cores(cpuCores),
    cpus: String(cpus),
    memory: sizeOrNone(memory?.proportionalBytes),
    own: sizeOrNone(memory?.ownBytes),
    shared: sizeOrNone(memory?.sharedBytes),
    ram: size(memoryMiB * mebibyte),
    parent: parent ?? '',
  }
}

function groupRows({ groups, error }: MachineUse): Row[] {
  if (groups === null) return []
  return groups.map(({ name, state, cpuCores, memoryBytes }, index) => ({
    name: `${index === groups.length - 1 && error === null ? '└─' : '├─'} ${name}`,
    state,
    cpu: cores(cpuCores),
    memory: size(memoryBytes),
  }))
}

function problemLines({ error }: MachineUse, look: Look): string[] {
  if (error === null) return []
  const text = `└─ ${printable(`${error.message} (${error.code})`)}`
  return [look.paint('yellow', cut(text, look))]
}

/** On a terminal, names get what the other columns leave: those of groups come from guests, and may be long. */
function cutNames(rows: readonly Row[], shown: readonly Column<Row>[], look: Look): Row[] {
  if (look.columns === undefined) return [...rows]
  const others = shown
    .filter((column) => column !== nameColumn)
    .map((column) => {
      const width = Math.max(
        textWidth(column.title),
        ...rows.map((row) => textWidth(printable(column.text(row)))),
      )
      return gap + (column === parentColumn ? Math.min(width, shortestParent) : width)
    })
  const left = look.columns - others.reduce((sum, width) => sum + width, 0)
  const longest = Math.max(shortestName, left)
  return rows.map((row) => ({ ...row, name: fit(printable(row.name), longest) }))
}

function cut(text: string, { columns }: Look): string {
  return columns === undefined ? text : fit(text, columns)
}

function sizeOrNone(bytes: number | undefined): string {
  return bytes === undefined ? '-' : size(bytes)
}
