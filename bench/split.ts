/** `npm run bench -- split`: the pause by memory and number of children, beside a split by suspend. */
import type { Hypervisor } from '../sdk/hypervisor/hypervisor.ts'
import type { MachineRecord } from '../sdk/store/records.ts'
import { type ForkHost, openForkHost } from './fork-host.ts'
import { median, type Row, row } from './row.ts'

const sizes = [1024, 2048, 4096]
const counts = [2, 4, 8]
const rounds = 5
const peer = 'suspend'

interface Measured {
  pause: number[]
  ready: number[]
  /** The pause of a split by suspend: all memory goes into a file, and from there into each child. */
  suspend: number[]
}

/** Of a machine that is itself a child. */
interface Again {
  /** Of the move to a twin. */
  downtime: number[]
  /** With the pause of the fork that follows. */
  interruption: number[]
  /** Of the move, while the machine runs. */
  move: number[]
}

export async function measureSplit(say: (line: string) => void): Promise<Row[]> {
  const measured = new Map<string, Measured>()
  const again = new Map<number, Again>()
  for (const memoryMiB of sizes) {
    say(`boot a machine with ${memoryMiB} MiB and make 70 % of it dirty`)
    await using host = await openForkHost(memoryMiB)
    for (let round = 1; round <= rounds; round += 1) {
      say(`${memoryMiB} MiB, round ${round} of ${rounds}`)
      const second = again.get(memoryMiB) ?? { downtime: [], interruption: [], move: [] }
      again.set(memoryMiB, second)
      await measureAgain(host, second)
      for (const count of counts) {
        const of = entry(measured, memoryMiB, count)
        const { pause, ready } = await measureFork(host, count)
        of.pause.push(pause)
        of.ready.push(ready)
        // Eight machines with memory of their own of the larger sizes would need more memory than there is.
        const isFeasible = count === 2 || (count === 8 && memoryMiB === 1024 && round === 1)
        if (isFeasible && round <= 3) of.suspend.push(await measureSuspend(host, count))
      }
    }
  }
  return [...pauseRows(measured), ...againRows(again, measured)]
}

/** A child of two moves to a twin, which is forked into two. */
async function measureAgain(host: ForkHost, measured: Again): Promise<void> {
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

async function spawn(
  hypervisor: Hypervisor,
  parent: MachineRecord,
  children: readonly MachineRecord[],
): Promise<void> {
  for (const child of children) await hypervisor.createDisk(child)
  await Promise.all(children.map((child) => hypervisor.spawnChild(parent, child)))
}

async function measureFork(host: ForkHost, count: number): Promise<{ pause: number; ready: number }> {
  const { hypervisor, parent } = host
  const children = host.children(count, { memory: 'private' })
  const begun = performance.now()
  await spawn(hypervisor, parent, children)
  const { pauseMs } = await fork(host, parent, children)
  const ready = performance.now() - begun
  await host.remove(children)
  await hypervisor.resume(parent)
  return { pause: pauseMs, ready }
}

async function fork({ hypervisor }: ForkHost, parent: MachineRecord, children: readonly MachineRecord[]) {
  await using prepared = await hypervisor.prepareFork(parent, children)
  await prepared.precede()
  return await prepared.run()
}

async function measureSuspend({ hypervisor, parent, ...host }: ForkHost, count: number): Promise<number> {
  const children = host.children(count, { memory: 'shared' })
  try {
    for (const child of children) await hypervisor.createDisk(child)
    await using suspension = await hypervisor.prepareSuspend(parent, children)
    await suspension.save()
    const { pauseMs } = await suspension.restore()
    return pauseMs
  } finally {
    await host.remove(children)
    await hypervisor.resume(parent)
  }
}

function pauseRows(measured: ReadonlyMap<string, Measured>): Row[] {
  const pauseOf = (memoryMiB: number, count: number) => measured.get(key(memoryMiB, count))?.pause ?? []
  const rows = [...measured].flatMap(([what, { pause, ready, suspend }]) => [
    row({
      what: `pause, ${what}`,
      unit: 'ms',
      values: pause,
      ...(suspend.length > 0 && { peer: { name: peer, values: suspend } }),
      ...aimOfPause(what),
    }),
    row({ what: `ready, ${what}`, unit: 'ms', values: ready }),
    ...(suspend.length > 0 ? [row({ what: `pause by suspend, ${what}`, unit: 'ms', values: suspend })] : []),
  ])
  const growth = median(pauseOf(4096, 2)) / median(pauseOf(1024, 2))
  const fan = median(pauseOf(1024, 8)) / median(pauseOf(1024, 2))
  return [
    ...rows,
    row({
      what: 'pause at 4 GiB over pause at 1 GiB, 2 children',
      unit: 'times',
      values: [growth],
      aim: { text: 'at most 1.2', met: (value) => value <= 1.2 },
    }),
    row({
      what: 'pause of 8 children over pause of 2, 1 GiB',
      unit: 'times',
      values: [fan],
      aim: { text: 'under 4', met: (value) => value < 4 },
    }),
  ]
}

function againRows(again: ReadonlyMap<number, Again>, measured: ReadonlyMap<string, Measured>): Row[] {
  return [...again].flatMap(([memoryMiB, { downtime, interruption, move }]) => [
    row({
      what: `interruption of a split of a child, ${memoryMiB / 1024} GiB, 2 children`,
      unit: 'ms',
      values: interruption,
      peer: { name: 'pause of the first split', values: measured.get(key(memoryMiB, 2))?.pause ?? [] },
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

function aimOfPause(what: string): Pick<Parameters<typeof row>[0], 'aim'> {
  if (what === key(4096, 2)) {
    const met = (value: number, ratio: number | null) => value < 80 && (ratio ?? 1) <= 0.01
    return { aim: { text: 'under 80 ms and 100 times faster', met } }
  }
  if (what.endsWith(', 2 children')) return { aim: { text: 'under 80 ms', met: (value) => value < 80 } }
  return {}
}

function key(memoryMiB: number, count: number): string {
  return `${memoryMiB / 1024} GiB, ${count} children`
}

function entry(measured: Map<string, Measured>, memoryMiB: number, count: number): Measured {
  const name = key(memoryMiB, count)
  const known = measured.get(name) ?? { pause: [], ready: [], suspend: [] }
  measured.set(name, known)
  return known
}
