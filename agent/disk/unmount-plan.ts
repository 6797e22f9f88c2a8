/** What is mounted of disks that are to come off. */
import type { BlockDevice } from './block-device.ts'
import type { Mount } from './mount-table.ts'
import { isMountOf, isRemnant, looksOf, type Target } from './targets.ts'
import { unmountOrder } from './unmount-order.ts'

export interface UnmountPlan {
  /** Each in the order in which it comes off; they have nothing to do with each other. */
  trees: readonly (readonly Mount[])[]
  /** Of one disk: its mounts, and what is within them. */
  mountsOf(target: Target): readonly Mount[]
  /** Of one disk: its own mounts. */
  ownOf(target: Target): readonly Mount[]
}

/** Pure, but for a look at the numbers of device nodes. */
export function planUnmount(
  targets: readonly Target[],
  table: readonly Mount[],
  devices: readonly BlockDevice[],
): UnmountPlan {
  const looks = looksOf(devices)
  const own = new Map(
    targets.map((target) => [
      target,
      table.filter((mount) => isMountOf(target, mount, looks) || isRemnant(target, mount, looks)),
    ]),
  )
  const ownOf = (target: Target) => own.get(target) ?? []
  const wanted = new Set([...own.values()].flat())
  return {
    trees: unmountOrder(table, (mount) => wanted.has(mount)),
    ownOf,
    mountsOf(target) {
      const mine = new Set(ownOf(target))
      return unmountOrder(table, (mount) => mine.has(mount)).flat()
    },
  }
}
