/** Takes mounts off, and sees whether their disks are free then. */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { UnansweredError } from '../../proto/errors.ts'
import { allDone } from '../all-done.ts'
import { errorCode } from '../group/control/gone.ts'
import { printable } from '../group/coupling/printable.ts'
import { mayHang } from '../group/coupling/reading/open-file-identity.ts'
import type { Mount } from './mount-table.ts'
import type { Mounter } from './mounter.ts'
import type { Target } from './targets.ts'
import type { UnmountPlan } from './unmount-plan.ts'

export interface TakeOffOptions {
  targets: readonly Target[]
  mounter: Mounter
  /** What is mounted now. */
  plan: () => UnmountPlan
  /** What a server does not take any more may be lost. */
  free: boolean
  /** Takes down what keeps a disk in use of which nothing is mounted any more. */
  letGo: (target: Target) => Promise<void>
}

export interface TakeOff {
  /**
   * @param isLast takes a mount whose server does not answer out of sight
   * @returns those that are still in use
   */
  run(isLast: boolean): Promise<Target[]>
  /** How long it took until the last mount of a disk was off, and what was out of the ordinary. */
  reportOf(target: Target): { milliseconds: number; detail: string }
}

const mostLooks = 10
const betweenLooksMs = 50

/** Every run throws what `unmount` of the mounter and `letGo` throw. */
export function createTakeOff({ targets, mounter, plan, free, letGo }: TakeOffOptions): TakeOff {
  const begin = performance.now()
  const reports = new Map<Target, { milliseconds: number; detail: string }>()

  /** Answers false when it is in use. */
  const takeOne = async (mount: Mount, isLast: boolean, note: (detail: string) => void): Promise<boolean> => {
    try {
      if (await mounter.unmount(mount)) return true
      // Whoever waits for a server within the kernel is not seen, and ends for nothing.
      if (!isLast || !free || !mayHang(mount)) return false
    } catch (error) {
      if (!free || !(error instanceof UnansweredError)) throw error
    }
    note(`who serves ${printable(mount.source)} did not answer: what was not written is lost`)
    const isOff = await mounter.unmount(mount, 'force').catch((error) => {
      if (error instanceof UnansweredError) return false
      throw error
    })
    return isOff || (isLast && (await mounter.unmount(mount, 'lazy')))
  }

  const takeTree = async (mounts: readonly Mount[], before: UnmountPlan, isLast: boolean): Promise<void> => {
    for (const mount of mounts) {
      const owner = targets.find((target) => before.ownOf(target).includes(mount))
      let detail = owner === undefined ? '' : (reports.get(owner)?.detail ?? '')
      const isOff = await takeOne(mount, isLast, (text) => {
        detail = text
      })
      if (owner !== undefined) reports.set(owner, { milliseconds: performance.now() - begin, detail })
      if (!isOff) return
    }
  }

  return {
    async run(isLast) {
      const before = plan()
      await allDone(before.trees.map((mounts) => takeTree(mounts, before, isLast)))
      const after = plan()
      const isFree = await allDone(
        targets.map(async (target) => {
          if (after.ownOf(target).length > 0) return false
          await letGo(target)
          return await isUnused(target)
        }),
      )
      return targets.filter((_, index) => !isFree[index])
    },
    reportOf: (target) => reports.get(target) ?? { milliseconds: 0, detail: '' },
  }
}

/**
 * The kernel gives a disk to one alone: not while it, or a part of it, is mounted anywhere, or something is made of it. What
 * has just let go of it may need a moment.
 */
async function isUnused({ whole, device }: Target): Promise<boolean> {
  const path = whole?.path ?? device?.path
  if (path === undefined) return true
  for (let looks = 0; looks < mostLooks; looks++) {
    if (looks > 0) await delay(betweenLooksMs)
    try {
      await using _handle = await open(path, constants.O_RDONLY | constants.O_EXCL)
      return true
    } catch (error) {
      // Any other says that it is gone.
      if (errorCode(error) !== 'EBUSY') return true
    }
  }
  return false
}
