/** Disks and their groups that go from machine to machine, and processors and memory that come and go. */

import type { Curves } from './curves.ts'
import type { Measured } from './measure.ts'
import { type MovedDisks, moveByHand, moveByMerge } from './merge/move.ts'
import { openMovingHost } from './merge/moving-host.ts'
import { measureResources } from './merge/resources.ts'
import { median, type Row, row } from './row.ts'

const counts = [1, 4, 10] as const
const rounds = 5

export async function measureMerge(say: (line: string) => void): Promise<Measured> {
  await using moving = await openMovingHost(say)
  const resources = await measureResources(moving, say)
  const merged = new Map<number, MovedDisks[]>()
  const byHand = new Map<number, MovedDisks[]>()
  for (const count of counts) {
    // In machines that have nothing else to do.
    await moving.grow(count)
    for (let round = 1; round <= rounds; round++) {
      say(`${disks(count)}, round ${round} of ${rounds}`)
      merged.set(count, [...(merged.get(count) ?? []), await moveByMerge(moving, count)])
      byHand.set(count, [...(byHand.get(count) ?? []), await moveByHand(moving, count)])
    }
  }
  const rows = [...diskRows(merged, byHand), ...resources]
  return { rows, curves: [overDisks(merged, byHand)] }
}

const parts = ['unmount', 'detach', 'attach', 'mount'] as const

function diskRows(
  merged: ReadonlyMap<number, readonly MovedDisks[]>,
  byHand: ReadonlyMap<number, readonly MovedDisks[]>,
): Row[] {
  const rows: Row[] = []
  const values = (runs: ReadonlyMap<number, readonly MovedDisks[]>, count: number, part: keyof MovedDisks) =>
    (runs.get(count) ?? []).map((run) => run[part])
  for (const count of counts) {
    for (const part of parts) {
      rows.push(
        row({
          what: `${part}, ${disks(count)}`,
          unit: 'ms',
          values: values(merged, count, part),
          peer: { name: 'one after the other', values: values(byHand, count, part) },
        }),
      )
    }
    rows.push(
      row({
        what: `all four, ${disks(count)}`,
        unit: 'ms',
        values: values(merged, count, 'disks'),
        peer: { name: 'one after the other', values: values(byHand, count, 'disks') },
      }),
      row({
        what: `a whole merge, ${disks(count)}`,
        unit: 'ms',
        values: values(merged, count, 'total'),
        ...(count === 1 && { aim: { text: 'under 3 s', met: (value) => value < 3000 } }),
      }),
      row({ what: `groups down, ${disks(count)}`, unit: 'ms', values: values(merged, count, 'down') }),
    )
  }
  const one = median(values(merged, 1, 'disks'))
  rows.push(
    row({
      what: '10 disks over one disk, all four steps',
      unit: 'times',
      values: values(merged, 10, 'disks').map((value) => value / one),
      peer: {
        name: 'one after the other',
        values: values(byHand, 10, 'disks').map((value) => value / median(values(byHand, 1, 'disks'))),
      },
      aim: { text: 'at most 2', met: (value) => value <= 2 },
    }),
  )
  return rows
}

/** The thesis's figures 3.3 to 3.10 and 5.6 have the same axes: what it did by hand grew with each disk. */
function overDisks(
  merged: ReadonlyMap<number, readonly MovedDisks[]>,
  byHand: ReadonlyMap<number, readonly MovedDisks[]>,
): Curves {
  const points = (runs: ReadonlyMap<number, readonly MovedDisks[]>, part: 'disks' | 'total') =>
    [...runs].map(([count, moved]) => [count, Math.round(median(moved.map((run) => run[part])))] as const)
  return {
    name: 'disks',
    title: 'Disks that move to another machine',
    horizontal: 'disks',
    unit: 'ms',
    series: [
      { name: 'a whole merge', points: points(merged, 'total') },
      { name: 'one after the other', points: points(byHand, 'disks') },
      { name: 'side by side', points: points(merged, 'disks') },
    ],
  }
}

function disks(count: number): string {
  return count === 1 ? '1 disk' : `${count} disks`
}
