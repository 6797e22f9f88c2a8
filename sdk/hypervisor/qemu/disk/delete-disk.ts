import { rm } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import { FailedError, RefusedError } from '../../../../proto/errors.ts'
import { heirsOf } from '../../../planning/disk-chain.ts'
import type { MachineRecord } from '../../../store/records.ts'

/**
 * Deletes the folder of a machine with all that is in it. May be repeated.
 *
 * @param options.home no folder outside of it is deleted, whatever a record says
 * @param options.others the other machines' records
 * @throws RefusedError `DISK_IN_USE` when another machine's disk is based on it
 * @throws FailedError `BAD_DIRECTORY`
 */
export async function deleteDisk(options: {
  machine: MachineRecord
  home: string
  others: readonly MachineRecord[]
}): Promise<void> {
  const { machine, home, others } = options
  const heirs = heirsOf(machine, others)
  if (heirs.length > 0) {
    throw new RefusedError({
      code: 'DISK_IN_USE',
      message: `the disk of ${machine.name} is below the disks of ${heirs.map(({ name }) => name).join(', ')}`,
      remedy: 'Delete those machines first.',
    })
  }
  if (!isBelow(machine.directory, home)) {
    throw new FailedError({
      code: 'BAD_DIRECTORY',
      message: `the folder ${machine.directory} of ${machine.name} is not below ${home}: it was not deleted`,
      remedy: 'The store may be damaged, or belong to another home folder.',
    })
  }
  await rm(machine.directory, { recursive: true, force: true })
}

function isBelow(path: string, folder: string): boolean {
  return resolve(path).startsWith(resolve(folder) + sep)
}
