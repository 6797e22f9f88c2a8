/** Who and what holds the disks that are to be unmounted. */
import type { DiskHolder } from '../../proto/generated/messages.ts'
import type { Devices } from './devices.ts'
import { findProcessHolders, mostHolders } from './holders.ts'
import { deviceHolders, fileHolders, swapHolders, volumeName } from './kernel-holders.ts'
import { readMounts } from './mount-namespaces.ts'
import type { Target } from './targets.ts'
import type { UnmountPlan } from './unmount-plan.ts'

export interface HeldTarget {
  target: Target
  holders: readonly DiskHolder[]
}

export interface Holding {
  /** Whoever holds them now. One that is not mounted here any more is held by whoever has it in another namespace. */
  find(targets: readonly Target[], plan: UnmountPlan): Promise<HeldTarget[]>
  /** The disks that the kernel made something of, such as logical volumes: these are left as they are. */
  madeOfThem(): HeldTarget[]
  /** True when less is mounted than in the beginning. */
  hasChanged(plan: UnmountPlan): boolean
  /** For people: what stays though the file system is unmounted. */
  note(target: Target): string
}

/** @param first what was mounted in the beginning */
export function createHolding(targets: readonly Target[], first: UnmountPlan, devices: Devices): Holding {
  // What is not mounted any more has no number by which to find it elsewhere.
  const numbers = new Map(
    targets.map((target) => {
      const mounted = first.ownOf(target).map(({ device }) => device)
      return [target, [...new Set([...target.numbers, ...mounted])]] as const
    }),
  )
  return {
    async find(wanted, plan) {
      const mounts = wanted.map(plan.mountsOf)
      const processes = await findProcessHolders(
        wanted.map((target, index) => ({
          mounts: mounts[index] ?? [],
          numbers: numbers.get(target) ?? [],
          countsElsewhere: plan.ownOf(target).length === 0,
        })),
      )
      const table = readMounts()
      return wanted.map((target, index) => {
        const files = [
          ...swapHolders(target.whole ?? target.device),
          ...fileHolders(mounts[index] ?? [], table),
        ]
        return { target, holders: [...files, ...(processes[index] ?? [])].slice(0, mostHolders) }
      })
    },
    madeOfThem: () =>
      targets.flatMap((target) => {
        const holders = target.whole === undefined ? [] : deviceHolders(target.whole, devices.list())
        return holders.length === 0 ? [] : [{ target, holders }]
      }),
    hasChanged(plan) {
      const ids = new Set(plan.trees.flat().map(({ id }) => id))
      return first.trees.flat().some(({ id }) => !ids.has(id))
    },
    note({ device }) {
      return device?.name.startsWith('dm-') ? `${volumeName(device.name)} stays active on its disk` : ''
    },
  }
}
