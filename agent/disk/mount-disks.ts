/** Mounts disks side by side, but none before the one that its place is on. */
import { CleaveError, FailedError, RefusedError } from '../../proto/errors.ts'
import type { Disk, DiskReport } from '../../proto/generated/messages.ts'
import { printable } from '../group/coupling/printable.ts'
import type { Claims } from './claims.ts'
import type { Devices } from './devices.ts'
import { isInUse } from './leave-targets.ts'
import { nameOf, wholeDisks } from './match.ts'
import { mountChecked } from './mount-checked.ts'
import { readMounts } from './mount-namespaces.ts'
import { type Mount, mountTree } from './mount-table.ts'
import type { Mounter } from './mounter.ts'
import { obtain } from './obtain.ts'
import { placeOf } from './place.ts'
import { isMountOf, looksOf, type Target, targetOf } from './targets.ts'
import type { DeclaredDisk } from './types.ts'
import { placeAbove } from './unmount-order.ts'

export interface MountDisksOptions {
  declared: readonly DeclaredDisk[]
  devices: Devices
  claims: Claims
  mounter: Mounter
  /** For each device, and for who serves it. */
  waitMs: number
}

interface Context extends Omit<MountDisksOptions, 'declared'> {
  /** Aborted when one of them has failed. */
  signal: AbortSignal
  /** What takes back what was done, the earliest first. */
  undo: (() => Promise<string[]>)[]
}

const mountMs = 120_000
// mount.nfs takes its time where the processor is emulated.
const nfsMs = 15_000

/** See `GuestDisks.mount`. */
export async function mountDisks(options: MountDisksOptions): Promise<DiskReport[]> {
  const { declared, ...given } = options
  // While the devices are looked for.
  given.mounter.warmUp()
  const table = readMounts()
  const places = declared.map(({ disk }) => placeOf(disk.mountPoint, table))
  const abort = new AbortController()
  const context: Context = { ...given, signal: abort.signal, undo: [] }
  const works = new Map<string, Promise<DiskReport>>()
  const byDepth = declared
    .map((one, index) => ({ one, index, place: places[index] ?? one.disk.mountPoint }))
    .sort((a, b) => a.place.length - b.place.length)
  const begun = byDepth.map(({ one, index, place }) => {
    const above = works.get(placeAbove(place, places) ?? '')
    const work = mountOne({ ...one, place, above, context })
    works.set(place, work)
    work.catch((error) => abort.abort(error))
    return { index, work }
  })
  await Promise.allSettled(begun.map(({ work }) => work))
  if (abort.signal.aborted) throw await takeBack(context, abort.signal.reason)
  return await Promise.all(begun.toSorted((a, b) => a.index - b.index).map(({ work }) => work))
}

interface MountOneOptions extends DeclaredDisk {
  place: string
  above: Promise<unknown> | undefined
  context: Context
}

async function mountOne({ group, disk, place, above, context }: MountOneOptions): Promise<DiskReport> {
  const begin = performance.now()
  const device = disk.nfs === '' ? await obtain({ disk, ...context }) : undefined
  const foundMilliseconds = performance.now() - begin
  await above
  context.signal.throwIfAborted()
  const report = {
    group,
    mountPoint: disk.mountPoint,
    device: device?.path ?? '',
    foundMilliseconds,
    detail: '',
  }
  const target = targetOf({ group, disk, place, device }, [])
  const table = readMounts()
  // Looked at once, and no more than a moment ago: each look costs as much as all the rest.
  const mine = () => {
    const looks = looksOf(context.devices.recent())
    return (mounted: Mount) => isMountOf(target, mounted, looks)
  }
  const isMine = mine()
  const there = mountedAt(place, table)
  if (there !== undefined && !isMine(there)) throw inUse(target, there)
  if (there !== undefined) return { ...report, checkedMilliseconds: 0, milliseconds: 0 }

  const fileSystem = disk.fileSystem || (await fileSystemOf(target, context.devices))
  const { mounter, signal } = context
  const mayWrite = !disk.options.includes('ro')
  const claim = mayWrite ? await claimFor(disk, context) : ''
  context.undo.push(() => unmountAgain(place, mine(), mounter))
  const times = await mountChecked({
    mounter,
    signal,
    mayCheck: device !== undefined && !table.some(isMine) && mayWrite,
    wanted: {
      source: device?.path ?? disk.nfs,
      place,
      fileSystem,
      options: disk.options,
      timeoutMs: device === undefined ? context.waitMs + nfsMs : mountMs,
    },
  })
  return { ...report, ...times, detail: claim }
}

/** Answers what is out of the ordinary. Before anything is written to it, a check included. */
async function claimFor(disk: Disk, { devices, claims, undo }: Context): Promise<string> {
  const [whole] = disk.iscsi === null ? [] : wholeDisks(disk, devices.list())
  if (whole === undefined) return ''
  const note = await claims.claim(whole.path, disk)
  undo.push(async () => {
    if (!isInUse(whole, devices.list(), readMounts())) await claims.release(whole.path)
    return []
  })
  return note
}

async function fileSystemOf({ disk, device }: Target, devices: Devices): Promise<string> {
  if (disk.nfs !== '') return 'nfs'
  return (await devices.contents()).get(device?.path ?? '')?.type ?? ''
}

/** What is mounted at a place, what is seen of it. */
export function mountedAt(place: string, table: readonly Mount[]): Mount | undefined {
  const mounted = mountTree(table).at(place)
  return mounted?.mountPoint === place ? mounted : undefined
}

/** Also where mount was given up, and has done it all the same. */
async function unmountAgain(
  place: string,
  isMine: (mounted: Mount) => boolean,
  mounter: Mounter,
): Promise<string[]> {
  const mounted = mountedAt(place, readMounts())
  if (mounted === undefined || !isMine(mounted)) return []
  return (await mounter.unmount(mounted)) ? [] : [place]
}

/** Answers why the call failed. */
async function takeBack({ undo }: Context, failure: unknown): Promise<unknown> {
  const left: string[] = []
  const errors: unknown[] = [failure]
  for (const step of undo.toReversed()) {
    try {
      left.push(...(await step()))
    } catch (error) {
      errors.push(error)
    }
  }
  if (left.length === 0 && errors.length === 1) return failure
  const reasons = errors.map((error) => (error instanceof Error ? error.message : String(error)))
  const stays = left.map((place) => `${place} is in use and stays mounted`)
  return new FailedError({
    code: 'NOT_TAKEN_BACK',
    message: [...reasons, ...stays].join('; '),
    remedy:
      failure instanceof CleaveError
        ? `${failure.remedy} Unmount the disks of the group first.`
        : 'See the log of the agent.',
    cause: failure,
  })
}

function inUse({ group, disk, place }: Target, { source }: Mount): RefusedError {
  return new RefusedError({
    code: 'MOUNT_POINT_IN_USE',
    message: `${nameOf(disk)} of group ${group} can't be mounted at ${place}: ${printable(source)} is mounted there`,
    remedy: `Unmount ${place} in the guest, or declare another mount point.`,
  })
}
