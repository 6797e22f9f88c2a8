/** What is plugged into machines of this driver. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { allSettled } from '../../all-settled.ts'
import type { MachineRecord } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import type { DiskPlugging, ResourcePlugging } from '../plugging.ts'
import { attachDisk, detachDisk } from './disk/attach.ts'
import { readImageHeader } from './disk/base-image.ts'
import { commitAtRest, commitOverlays } from './disk/commit-overlay.ts'
import { flattenAtRest, flattenInUse } from './disk/flatten.ts'
import { moveDiskImage, rebase } from './disk/move.ts'
import { createDiskImage, createOverlay, deleteDiskImage, imageName } from './disk/process-disk.ts'
import { findProcess } from './process/find.ts'
import type { QmpClient } from './qmp/client.ts'
import { mostCpus, plugCpus } from './resource/cpus.ts'
import { pluggedFile } from './resource/devices.ts'
import { placeMemory, plugMemory } from './resource/memory.ts'
import { mostCpusOf } from './resource/words.ts'

export interface PluggingOptions {
  home: string
  store: Store
  memoryFile(name: string): string
  monitorOf(machine: MachineRecord): Promise<QmpClient>
}

export function createPlugging(options: PluggingOptions): DiskPlugging & ResourcePlugging {
  const { home, store, memoryFile, monitorOf } = options
  // A monitor serves one at a time, who may ask for many things at once.
  const attachDisks: DiskPlugging['attachDisks'] = async (machine, disks) => {
    using monitor = await monitorOf(machine)
    await allSettled(disks.map((disk) => attachDisk(machine, disk, monitor)))
  }
  const detachDisks: DiskPlugging['detachDisks'] = async (machine, disks) => {
    using monitor = await monitorOf(machine)
    await allSettled(disks.map((disk) => detachDisk(machine, disk, monitor)))
  }
  return {
    diskImage: (name) => join(home, 'disks', imageName(name)),
    imageBytes: async (image) => Number((await readImageHeader(image)).virtualSize),
    createDiskImage,
    deleteDiskImage,
    createOverlay,
    deleteOverlay: (overlay) => rm(overlay, { force: true }),
    attachDisk: (machine, disk) => attachDisks(machine, [disk]),
    detachDisk: (machine, disk) => detachDisks(machine, [disk]),
    attachDisks,
    detachDisks,
    commitOverlays: async (commits) => {
      if (!findProcess(commits.machine)) return await commitAtRest(commits)
      using monitor = await monitorOf(commits.machine)
      await commitOverlays({ ...commits, monitor })
    },
    flatten: async (disk, machine) => {
      if (machine === undefined || !findProcess(machine)) return await flattenAtRest(disk)
      using monitor = await monitorOf(machine)
      await flattenInUse({ disk, machine, monitor })
    },
    rebase,
    moveDiskImage,

    ownPlugged: (name, plugged) => ({
      ...plugged,
      memory: plugged.memory.map((piece) => ({ ...piece, file: pluggedFile(memoryFile(name), piece.id) })),
    }),
    placeMemory: async (machine, sizeMiB) => {
      using monitor = await monitorOf(machine)
      return await placeMemory({ machine, memoryFile: memoryFile(machine.name), sizeMiB, monitor })
    },
    mostCpus: async (machine) => {
      if (!findProcess(machine)) return mostCpusOf(machine.cpus)
      using monitor = await monitorOf(machine)
      return await mostCpus(monitor)
    },
    plugCpus: async (machine, count, nudge) => {
      using monitor = await monitorOf(machine)
      return await plugCpus({ machine, count, monitor, nudge })
    },
    plugMemory: async (machine, wanted) => {
      using monitor = await monitorOf(machine)
      await plugMemory({ machine, wanted, others: store.machines.list(), monitor })
    },
  }
}
