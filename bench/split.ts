/** `npm run bench -- split`: the pause by memory and number of children, beside a split by suspend. */
import type { Hypervisor } from '../sdk/hypervisor/hypervisor.ts'
import type { MachineRecord } from '../sdk/store/records.ts'
import { type ForkHost, openForkHost } from './fork-host.ts'
import { median, type Row, type RowOptions, row } from './row.ts'
import { type Again, againRows, measureAgain } from './split/again.ts'
import { measureDisks } from './split/disks.ts'
import { fork, spawn } from './split/fork.ts'

const sizes = [1024, 2048, 4096]
const counts = [2, 4, 8]
const rounds = 5
const peer = 'suspend'

interface Measured {
  pause: number[]
  ready: number[]
  /** What each child takes of memory for itself right after it, in MiB. */
  memory: number[]
  /** The pause of a split by suspend: all memory goes into a file, and from there into each child. */
  suspend: number[]
  suspendMemory: number[]
}

export async function measureSplit(say: (line: string) => void): Promise<Row[]> {
  const measured = new Map<string, Measured>()
  const again = new Map<number, Again>()
  const disks: Row[] = []
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
        await measureFork(host, count, of)
        // Eight machines with memory of their own of the larger sizes would need more memory than there is.
        const isFeasible = count === 2 || (count === 8 && memoryMiB === 1024 && round === 1)
        if (isFeasible && round <= 3) await measureSuspend(host, count, of)
      }
    }
    if (memoryMiB === sizes[0]) disks.push(...(await measureDisks(host)))
  }
  const pauseOf = (memoryMiB: number) => measured.get(key(memoryMiB, 2))?.pause ?? []
  return [...pauseRows(measured, again), ...memoryRows(measured), ...againRows(again, pauseOf), ...disks]
}

async function measureFork(host: ForkHost, count: number, of: Measured): Promise<void> {
  const { hypervisor, parent } = host
  const children = host.children(count, { memory: 'private' })
  const begun = performance.now()
  await spawn(hypervisor, parent, children)
  const { pauseMs } = await fork(host, parent, children)
  of.ready.push(performance.now() - begun)
  of.pause.push(pauseMs)
  of.memory.push(...(await ownMemory(hypervisor, children)))
  await host.remove(children)
  await hypervisor.resume(parent)
}

async function measureSuspend(host: ForkHost, count: number, of: Measured): Promise<void> {
  const { hypervisor, parent } = host
  const children = host.children(count, { memory: 'shared' })
  try {
    for (const child of children) await hypervisor.createDisk(child)
    await using suspension = await hypervisor.prepareSuspend(parent, children)
    await suspension.save()
    const { pauseMs } = await suspension.restore()
    of.suspend.push(pauseMs)
    of.suspendMemory.push(...(await ownMemory(hypervisor, children)))
  } finally {
    await host.remove(children)
    await hypervisor.resume(parent)
  }
}

/** In MiB, QEMU's own included. */
async function ownMemory(hypervisor: Hypervisor, children: readonly MachineRecord[]): Promise<number[]> {
  const used = await Promise.all(children.map((child) => hypervisor.usage(child)))
  return used.map(({ memory }) => (memory?.ownBytes ?? 0) / 2 ** 20)
}

function pauseRows(measured: ReadonlyMap<string, Measured>, again: ReadonlyMap<number, Again>): Row[] {
  const pauseOf = (memoryMiB: number, count: number) => measured.get(key(memoryMiB, count))?.pause ?? []
  const rows = [...measured].flatMap(([what, { pause, ready, suspend }]) => [
    row({
      what: `pause, ${what}`,
      unit: 'ms',
      values: pause,
      ...(suspend.length > 0 && { peer: { name: peer, values: suspend } }),
      ...aimOfPause(what),
    }),
    row({
      what: `ready, ${what}`,
      unit: 'ms',
      values: ready,
      ...liveMigration(what, again),
    }),
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

/** What it takes to get one more copy of a machine that runs by the means that there were. */
function liveMigration(what: string, again: ReadonlyMap<number, Again>): Pick<RowOptions, 'peer'> {
  const of = [...again].find(([memoryMiB]) => what === key(memoryMiB, 2))
  return of === undefined ? {} : { peer: { name: 'one live migration', values: of[1].move } }
}

function memoryRows(measured: ReadonlyMap<string, Measured>): Row[] {
  return [...measured].flatMap(([what, { memory, suspendMemory }]) =>
    suspendMemory.length === 0
      ? []
      : [
          row({
            what: `memory of each child for itself, ${what}`,
            unit: 'MiB',
            values: memory,
            peer: { name: peer, values: suspendMemory },
          }),
        ],
  )
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
  const known = measured.get(name) ?? { pause: [], ready: [], memory: [], suspend: [], suspendMemory: [] }
  measured.set(name, known)
  return known
}
