/** The split of a machine that is itself a child: a move to a twin, which is a live migration on one host, then a fork. */
import type { ForkHost } from '../fork-host.ts'
import { type Row, row } from '../row.ts'
import { fork, spawn } from './fork.ts'

export interface Again {
  /** Of the move to a twin. */
  downtime: number[]
  /** With the pause of the fork that follows. */
  interruption: number[]
  /** Of the move, while the machine runs. */
  move: number[]
}

/** A child of two moves to a twin, which is forked into two. */
export async function measureAgain(host: ForkHost, measured: Again): Promise<void> {
  const { hypervisor, parent } = host
  const children = host.children(2, { memory: 'private' })
  await spawn(hypervisor, parent, children)
  await fork(host, parent, children)
  const [child] = children
  if (child === undefined) throw new RangeError('no child')
  const twin = host.twinOf(child)
  const { downtimeMs, totalMs } = await hypervisor.moveToTwin(child, twin)
  await hypervisor.end(child)
  const grandchildren = host.childrenOf(twin, 2)
  await spawn(hypervisor, twin, grandchildren)
  const { pauseMs } = await fork(host, twin, grandchildren)
  measured.downtime.push(downtimeMs)
  measured.interruption.push(downtimeMs + pauseMs)
  measured.move.push(totalMs)
  await host.remove(grandchildren)
  await hypervisor.end(twin)
  await host.remove(children)
  await hypervisor.resume(parent)
}

/** @param pauseOf the pauses of the first split into two, by size */
export function againRows(
  again: ReadonlyMap<number, Again>,
  pauseOf: (memoryMiB: number) => readonly number[],
): Row[] {
  return [...again].flatMap(([memoryMiB, { downtime, interruption, move }]) => [
    row({
      what: `interruption of a split of a child, ${memoryMiB / 1024} GiB, 2 children`,
      unit: 'ms',
      values: interruption,
      peer: { name: 'pause of the first split', values: pauseOf(memoryMiB) },
      aim: { text: 'under 3 times', met: (_, ratio) => (ratio ?? 3) < 3 },
    }),
    row({
      what: `of it: down for the move to a twin, ${memoryMiB / 1024} GiB`,
      unit: 'ms',
      values: downtime,
    }),
    row({ what: `the move to a twin, ${memoryMiB / 1024} GiB, while it runs`, unit: 'ms', values: move }),
  ])
}
