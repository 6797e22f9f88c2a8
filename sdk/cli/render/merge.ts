/** The plan and the result of a merge for people. Pure. */
import type { MergeResult } from '../../operation/merge/result.ts'
import type { MergedResources, PlannedSource } from '../../planning/merge-plan.ts'
import type { MergePlanDocument } from '../documents/merge.ts'
import { leadingTables } from './leading.ts'
import type { Look } from './look.ts'
import { printable } from './printable.ts'
import { type Column, table } from './table.ts'
import { duration, mebibyte, size } from './units.ts'

const planColumns: readonly Column<PlannedSource>[] = [
  { title: 'FROM', text: ({ name }) => name },
  { title: 'GROUPS', text: ({ groups }) => groups.join(', ') || '-' },
  { title: 'DISKS', text: ({ disks }) => disks.join(', ') || '-' },
  { title: 'THEN', text: thenText },
]

function thenText({ ends, left }: PlannedSource): string {
  if (ends) return 'ended and deleted'
  return left.length > 0 ? `goes on with ${left.join(', ')}` : 'goes on'
}

export function mergePlanText(plan: MergePlanDocument, look: Look): string {
  const { destination, sources, resources } = plan
  const notes = sources.flatMap(({ name, joined, ending }) => [
    ...joined.map((group) => `${group} of ${name} ends: ${destination} runs the same`),
    ...ending.map((group) => `${group} of ${name} ends for good`),
  ])
  return [
    table(sources, planColumns, look),
    '',
    `into ${printable(destination)}: groups are ended, their disks move, and they start again${resourcesText(resources)}`,
    ...notes.map((note) => look.paint('yellow', printable(note))),
    ...leadingTables(plan, look),
  ].join('\n')
}

const groupColumns: readonly Column<MergeResult['groups'][number]>[] = [
  { title: 'GROUP', text: ({ group }) => group },
  { title: 'FROM', text: ({ from }) => from },
  { title: 'STARTED', text: ({ units }) => units.join(', ') || '-' },
]

const diskColumns: readonly Column<MergeResult['disks'][number]>[] = [
  { title: 'MOUNTED AT', text: ({ mountPoint }) => mountPoint },
  { title: 'DEVICE', text: ({ device }) => device || '-' },
  { title: 'UNMOUNT', text: ({ unmountMs }) => duration(unmountMs), align: 'right' },
  { title: 'MOUNT', text: ({ mountMs }) => duration(mountMs), align: 'right' },
]

export function mergeSummary(result: MergeResult, look: Look): string {
  const { groups, disks, unmounted, deleted, left, resources, downMs, totalMs } = result
  const gained = result.resourcesFailure === null ? resourcesText(resources) : ''
  return [
    table(groups, groupColumns, look),
    ...(disks.length > 0 ? ['', table(disks, diskColumns, look)] : []),
    '',
    `groups down for ${duration(downMs)}, done after ${duration(totalMs)}${gained}`,
    ...(deleted.length > 0 ? [printable(`deleted ${deleted.join(', ')}`)] : []),
    ...unmounted.map(({ group, reason }) =>
      look.paint('yellow', printable(`${group} has no disk yet: ${reason}`)),
    ),
    ...(result.resourcesFailure === null
      ? []
      : [look.paint('yellow', printable(`no processors and memory came: ${result.resourcesFailure}`))]),
    ...left.map(({ machine, reason }) => look.paint('yellow', printable(`${machine} stays: ${reason}`))),
  ].join('\n')
}

function resourcesText(resources: MergedResources): string {
  const { cpusBefore, cpusAfter, memoryMiBBefore, memoryMiBAfter } = resources
  if (cpusBefore === cpusAfter && memoryMiBBefore === memoryMiBAfter) return ''
  const memory = (sizeMiB: number) => size(sizeMiB * mebibyte)
  return `; ${cpusBefore} to ${cpusAfter} processors, ${memory(memoryMiBBefore)} to ${memory(memoryMiBAfter)}`
}
