/** Unmounts the disks of groups, side by side. */
import { CleaveError } from '../../proto/errors.ts'
import type { DiskReport } from '../../proto/generated/messages.ts'
import { allDone } from '../all-done.ts'
import { mayHang } from '../group/coupling/reading/open-file-identity.ts'
import { busy } from './busy.ts'
import type { Claims } from './claims.ts'
import type { Devices } from './devices.ts'
import { createEviction, type ListProcesses } from './eviction.ts'
import { createHolding, type HeldTarget } from './holding.ts'
import { isInUse, leaveTargets } from './leave-targets.ts'
import { readMounts } from './mount-namespaces.ts'
import type { Mounter } from './mounter.ts'
import { takeDownVolumes } from './take-down.ts'
import { createTakeOff } from './take-off.ts'
import { findTargets, type Target } from './targets.ts'
import type { DeclaredDisk } from './types.ts'
import { planUnmount, type UnmountPlan } from './unmount-plan.ts'

export interface UnmountDisksOptions {
  declared: readonly DeclaredDisk[]
  devices: Devices
  claims: Claims
  mounter: Mounter
  /** Says whether this machine is the one that has claimed what a group declares. */
  isOwn: (group: string) => boolean
  /** Ends whoever holds them. */
  free: boolean
  /** They are copies that nobody keeps: what is made of them goes, too. */
  discard: boolean
  /** Milliseconds from SIGTERM to SIGKILL. */
  graceMs: number
  listProcesses: ListProcesses
}

/** See `GuestDisks.unmount`. */
export async function unmountDisks(options: UnmountDisksOptions): Promise<DiskReport[]> {
  const { declared, devices, mounter, free, discard, graceMs, listProcesses } = options
  const begin = performance.now()
  const targets = await findTargets(declared, devices, readMounts())
  const foundMilliseconds = performance.now() - begin
  const plan = () => planUnmount(targets, readMounts(), devices.list())
  const first = plan()
  const holding = createHolding(targets, first, devices)
  const fail = (held: readonly HeldTarget[]) =>
    busy({ held, hasChanged: holding.hasChanged(plan()), isFreed: free })

  const made = discard ? [] : holding.madeOfThem()
  if (made.length > 0) throw fail(made)
  if (!free && first.trees.some((mounts) => mounts.length > 1)) {
    // What is nested can't be put back when the rest turns out to be in use.
    const held = (await holding.find(targets, first)).filter(({ holders }) => holders.length > 0)
    if (held.length > 0) throw fail(held)
  }
  const unwritten = await writeAll(first, { mounter, mayFail: free })

  const eviction = createEviction({ graceMs, listProcesses })
  const takeOff = createTakeOff({
    targets,
    mounter,
    plan,
    free,
    letGo: async ({ whole }) => {
      if (discard && whole !== undefined) await takeDownVolumes(whole, devices.anew)
    },
  })
  for (;;) {
    const isLast = eviction.isOver()
    const left = await takeOff.run(isLast)
    if (left.length === 0) break
    const held = await holding.find(left, plan())
    const holders = held.flatMap((one) => one.holders)
    if (!free || isLast || holders.some(({ id }) => id === null)) throw fail(held)
    await eviction.end(holders)
  }
  const unreleased = await releaseClaims(targets, options)
  await leaveTargets(targets.flatMap(({ disk }) => (disk.iscsi === null ? [] : [disk.iscsi])))
  return targets.map((target) => {
    const { milliseconds, detail } = takeOff.reportOf(target)
    const { group, disk, device } = target
    const notes = [
      ...first.ownOf(target).map((mount) => unwritten.get(mount.device)),
      detail,
      unreleased.get(target),
      holding.note(target),
    ]
    return {
      group,
      mountPoint: disk.mountPoint,
      device: device?.path ?? '',
      foundMilliseconds,
      checkedMilliseconds: 0,
      milliseconds,
      detail: [...new Set(notes)].filter(Boolean).join('; '),
    }
  })
}

/** @returns for people: why one still is claimed */
async function releaseClaims(
  targets: readonly Target[],
  { devices, claims, isOwn }: UnmountDisksOptions,
): Promise<Map<Target, string>> {
  const notes = new Map<Target, string>()
  await allDone(
    targets.map(async (target) => {
      const { group, disk, whole } = target
      if (disk.iscsi === null || whole === undefined || !isOwn(group)) return
      if (isInUse(whole, devices.anew(), readMounts())) return
      notes.set(target, await claims.release(whole.path))
    }),
  )
  return notes
}

/**
 * Each file system once. What a server does not take is found out by its unmounting, within a bound.
 *
 * @returns by the number of the file system: why not all was written, where that may be
 */
async function writeAll(
  { trees }: UnmountPlan,
  { mounter, mayFail }: { mounter: Mounter; mayFail: boolean },
): Promise<Map<string, string>> {
  const local = trees.flat().filter((mount) => !mayHang(mount))
  const byNumber = new Map(local.map((mount) => [mount.device, mount.mountPoint]))
  const unwritten = new Map<string, string>()
  await allDone(
    [...byNumber].map(async ([number, mountPoint]) => {
      try {
        await mounter.writeOut(mountPoint)
      } catch (error) {
        if (!mayFail || !(error instanceof CleaveError)) throw error
        unwritten.set(number, error.message)
      }
    }),
  )
  return unwritten
}
