/** A guest that declares disks, for tests in namespaces of their own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { createGuestDisks } from '../../../agent/disk/disks.ts'
import { createMountFor, type MountFor } from '../../../agent/disk/mount-for.ts'
import { readMounts } from '../../../agent/disk/mount-namespaces.ts'
import type { GuestDisks } from '../../../agent/disk/types.ts'
import { createDeclarationReader } from '../../../agent/group/declaration/read.ts'
import { createProcessLister } from '../../../agent/list-processes.ts'
import { createProcessSource } from '../../../agent/process/create-source.ts'

export interface SampleGuest extends Disposable {
  disks: GuestDisks
  mountFor: MountFor
  /** A folder that is empty at first. */
  folder: string
  foreign: Set<string>
  declare(group: string, disks: readonly Record<string, unknown>[]): void
  /** What is mounted below the folder, by its names there. */
  mounted(): string[]
}

/** @param options.infrastructure says which processes the guest can't do without. @default none but the usual */
export function createSampleGuest(options: { infrastructure?: (pid: number) => boolean } = {}): SampleGuest {
  const { infrastructure = () => false } = options
  const folder = mkdtempSync(join(tmpdir(), 'cleave-mounts-'))
  const groupsFolder = mkdtempSync(join(tmpdir(), 'cleave-groups-'))
  const foreign = new Set<string>()
  const declarations = createDeclarationReader({ folder: groupsFolder })
  const list = createProcessLister({ source: createProcessSource(), infrastructure: [] })
  const listProcesses = async () =>
    (await list()).map((one) => ({ ...one, replicated: one.replicated || infrastructure(one.id?.pid ?? 0) }))
  const disks = createGuestDisks({ declarations, foreign: () => foreign, listProcesses })
  return {
    disks,
    mountFor: createMountFor(disks, declarations),
    folder,
    foreign,
    declare(group, disks) {
      writeFileSync(
        join(groupsFolder, `${group}.yaml`),
        stringify({ match: { units: [`${group}.service`] }, disks }),
      )
    },
    mounted: () =>
      readMounts()
        .map(({ mountPoint }) => mountPoint)
        .filter((path) => path.startsWith(`${folder}/`))
        .map((path) => path.slice(folder.length + 1)),
    [Symbol.dispose]() {
      rmSync(groupsFolder, { recursive: true })
      // Mounts end with the namespace; nothing of them may be deleted through it.
      if (!readMounts().some(({ mountPoint }) => mountPoint.startsWith(folder)))
        rmSync(folder, { recursive: true })
    },
  }
}
