/** What the demo found out: demo-report.json, and the tables that a person reads. Pure. */

import type { Look } from '../../sdk/cli/render/look.ts'
import { table } from '../../sdk/cli/render/table.ts'
import type { Accelerator } from '../../sdk/hypervisor/hypervisor.ts'
import type { MergeResult } from '../../sdk/operation/merge/result.ts'
import type { SplitResult } from '../../sdk/operation/split/result.ts'
import type { ClientReport } from './shop-client.ts'
import type { WayReport } from './ways.ts'

export interface DemoReport {
  accelerator: Accelerator
  split: {
    way: string
    children: number
    memoryMiB: number
    pauseMs: number
    readyMs: number
    groups: GroupReport[]
    /** Over all children: done only when every child has it done. */
    identity: { item: string; done: boolean }[]
  }
  /** Of a child of the first split. */
  resplit: { twinDowntimeMs: number; pauseMs: number; totalMs: number }
  /** Of a child of that one, into machines of other sizes, which boot. */
  stateless: { way: string; children: { cpus: number; memoryMiB: number }[] }
  /** Of children of the first two splits, into one of the first. */
  merge: {
    disks: number
    unmountMs: number
    detachMs: number
    attachMs: number
    mountMs: number
    totalMs: number
    cpusBefore: number
    cpusAfter: number
    memoryMiBBefore: number
    memoryMiBAfter: number
    /** Of files that were on the disks before the first split. */
    checksumsEqual: boolean
  }
  /** Of the service address: the same as among {@link clients}. */
  client: ClientReport
  clients: WayReport[]
}

export interface GroupReport {
  name: string
  /** The child that it was assigned to, or the machine that this was merged into. */
  child: string
  /** Every child in which a process of it was found running. */
  runsIn: string[]
}

export interface DemoFindings {
  accelerator: Accelerator
  memoryMiB: number
  split: SplitResult
  resplit: SplitResult
  booted: SplitResult
  merged: MergeResult
  checksumsEqual: boolean
  groups: GroupReport[]
  clients: WayReport[]
}

export function demoReport(findings: DemoFindings): DemoReport {
  const { accelerator, memoryMiB, split, resplit, booted, merged, groups, clients } = findings
  const items = Map.groupBy(
    split.children.flatMap((child) => child.identity),
    ({ item }) => item,
  )
  return {
    accelerator,
    split: {
      way: split.way,
      children: split.children.length,
      memoryMiB,
      pauseMs: milliseconds(split.pauseMs),
      readyMs: milliseconds(split.readyMs),
      groups,
      identity: [...items].map(([item, all]) => ({ item, done: all.every(({ done }) => done) })),
    },
    resplit: {
      twinDowntimeMs: milliseconds(resplit.twin?.downtimeMs),
      pauseMs: milliseconds(resplit.pauseMs),
      totalMs: milliseconds(resplit.readyMs),
    },
    stateless: {
      way: booted.way,
      children: booted.children.map(({ cpus, memoryMiB }) => ({ cpus, memoryMiB })),
    },
    merge: {
      disks: merged.disks.length,
      unmountMs: milliseconds(merged.unmountMs),
      detachMs: milliseconds(merged.detachMs),
      attachMs: milliseconds(merged.attachMs),
      mountMs: milliseconds(merged.mountMs),
      totalMs: milliseconds(merged.totalMs),
      ...merged.resources,
      checksumsEqual: findings.checksumsEqual,
    },
    client: clientOf(clients),
    clients,
  }
}

function clientOf(clients: readonly WayReport[]): ClientReport {
  const found = clients.find(({ way }) => way === 'service address')
  if (found === undefined) throw new Error('nobody asked at the service address')
  const { way: _, ...report } = found
  return report
}

function milliseconds(measured: number | null | undefined): number {
  return Math.round(measured ?? Number.NaN)
}

/** What must hold for the demo to have shown what it claims: empty when all does. */
export function brokenPromises({ split, merge, clients }: DemoReport): string[] {
  const broken = split.groups
    .filter(({ child, runsIn }) => runsIn.length !== 1 || runsIn[0] !== child)
    .map(
      ({ name, child, runsIn }) =>
        `${name} should run in ${child} alone, but runs in ${runsIn.join(', ') || 'none'}`,
    )
  if (!merge.checksumsEqual) broken.push('a file on a disk that moved is not what it was')
  return [...broken, ...clients.flatMap(brokenOfClient)]
}

/** An open connection to a machine's own address ends when the shop leaves it: who looks the name up again finds it. */
const mostFailuresByName = 1

function brokenOfClient({ way, failures, connectionKept }: WayReport): string[] {
  const most = way === 'name' ? mostFailuresByName : 0
  return [
    ...(failures > most ? [`${failures} requests failed by way of the ${way}`] : []),
    ...(!connectionKept && way !== 'name' ? [`the connection by way of the ${way} was not kept`] : []),
  ]
}

export function reportTables({ split, resplit, stateless, merge, clients }: DemoReport, look: Look): string {
  const groups = table(
    split.groups,
    [
      { title: 'group', text: ({ name }) => name },
      { title: 'assigned to', text: ({ child }) => child },
      { title: 'runs in', text: ({ runsIn }) => runsIn.join(', ') },
    ],
    look,
  )
  const facts: [string, string][] = [
    ['pause (stop to all running)', `${split.pauseMs} ms`],
    ['ready (call to all groups running)', `${split.readyMs} ms`],
    ['second generation: down for the move, then pause', `${resplit.twinDowntimeMs} + ${resplit.pauseMs} ms`],
    [`children that boot (${stateless.way})`, stateless.children.map(sizeOf).join(', ')],
    [`merge with ${merge.disks} disks`, `${merge.totalMs} ms`],
    ['unmount, detach, attach, mount', disksText(merge)],
    ['processors and memory after it', sizeOf({ cpus: merge.cpusAfter, memoryMiB: merge.memoryMiBAfter })],
    ['files on the disks as they were', merge.checksumsEqual ? 'yes' : 'no'],
  ]
  const identity = split.identity.map(({ item, done }) => `${item}${done ? '' : ' (not done)'}`).join(', ')
  const columns = [
    { title: 'what', text: ([what]: [string, string]) => what },
    { title: 'seen', text: ([, seen]: [string, string]) => seen, align: 'right' as const },
  ]
  return `${groups}\n\n${table(facts, columns, look)}\n\n${waysTable(clients, look)}\n\nmade anew in each child: ${identity}`
}

function waysTable(clients: readonly WayReport[], look: Look): string {
  const columns = [
    { title: 'clients by way of', text: ({ way }: WayReport) => way },
    { title: 'requests', text: ({ requests }: WayReport) => String(requests), align: 'right' as const },
    { title: 'failed', text: ({ failures }: WayReport) => String(failures), align: 'right' as const },
    {
      title: 'longest silence',
      text: ({ longestSilenceMs }: WayReport) => `${longestSilenceMs} ms`,
      align: 'right' as const,
    },
    { title: 'connection kept', text: (client: WayReport) => (client.connectionKept ? 'yes' : 'no') },
  ]
  return table(clients, columns, look)
}

function disksText({ unmountMs, detachMs, attachMs, mountMs }: DemoReport['merge']): string {
  return `${unmountMs} + ${detachMs} + ${attachMs} + ${mountMs} ms`
}

function sizeOf({ cpus, memoryMiB }: { cpus: number; memoryMiB: number }): string {
  return `${cpus} × CPU and ${memoryMiB} MiB`
}
