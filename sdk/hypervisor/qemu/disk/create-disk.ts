import { existsSync } from 'node:fs'
import { mkdir, rm, statfs } from 'node:fs/promises'
import { RefusedError, UnavailableError } from '../../../../proto/errors.ts'
import type { MachineRecord } from '../../../store/records.ts'
import { runProgram } from '../program.ts'
import { checkBaseImage } from './base-image.ts'

/** What an overlay needs at once for its own tables, and a guest soon after for its first writes. */
const leastFreeBytes = 64n * 1024n * 1024n

/**
 * Makes the machine's folder, for its owner only, and its disk in it. The image below may be written meanwhile.
 *
 * @throws InvalidRequestError see {@link checkBaseImage}
 * @throws RefusedError `DISK_EXISTS`
 * @throws UnavailableError `NO_SPACE`
 */
export async function createDisk(machine: MachineRecord): Promise<void> {
  const { directory, disk, backing } = machine
  const size = await checkBaseImage(machine)
  if (existsSync(disk)) {
    throw new RefusedError({
      code: 'DISK_EXISTS',
      message: `there is a disk ${disk} already`,
      remedy: 'A machine that the store does not know may have left it: look at it, and delete it if so.',
    })
  }
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await checkSpace(directory)
  try {
    await runProgram({
      command: 'qemu-img',
      // -u: without opening the image below, which its machine holds locked while it runs.
      arguments: ['create', '-q', '-u', '-f', 'qcow2', '-F', 'qcow2', '-b', backing, disk, String(size)],
      package: 'qemu-utils',
    })
  } catch (error) {
    await rm(disk, { force: true })
    throw error
  }
}

async function checkSpace(directory: string): Promise<void> {
  const { bavail, bsize } = await statfs(directory, { bigint: true })
  if (bavail * bsize >= leastFreeBytes) return
  throw new UnavailableError({
    code: 'NO_SPACE',
    message: `${directory} has ${(bavail * bsize) / 1024n / 1024n} MiB left, a disk needs ${leastFreeBytes / 1024n / 1024n}`,
    remedy: 'Free some space, or use a home folder on a larger disk.',
  })
}
