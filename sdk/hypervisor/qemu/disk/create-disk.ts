import { existsSync } from 'node:fs'
import { mkdir, rm, statfs } from 'node:fs/promises'
import { InvalidRequestError, RefusedError, UnavailableError } from '../../../../proto/errors.ts'
import type { MachineRecord } from '../../../store/records.ts'
import { runProgram } from '../program.ts'
import { checkBaseImage, readImageHeader } from './base-image.ts'

/** What an overlay needs at once for its own tables, and a guest soon after for its first writes. */
const leastFreeBytes = 64n * 1024n * 1024n

export interface DiskOptions {
  /** What the guest sees. @default what the image below, or the disk that is copied, has */
  sizeBytes?: number
}

/**
 * Makes the machine's folder, for its owner only, and its disk in it. The image below may be written meanwhile.
 *
 * @throws InvalidRequestError see {@link checkBaseImage}; `DISK_TOO_SMALL`
 * @throws RefusedError `DISK_EXISTS`
 * @throws UnavailableError `NO_SPACE`
 */
export async function createDisk(machine: MachineRecord, options: DiskOptions = {}): Promise<void> {
  const { disk, backing = '' } = machine
  const size = sizeOf(machine, await checkBaseImage(machine), options)
  // -u: without opening the image below, which its machine holds locked while it runs.
  const base = ['-u', '-f', 'qcow2', '-F', 'qcow2', '-b', backing]
  await makeDisk(machine, () =>
    runProgram({
      command: 'qemu-img',
      arguments: ['create', '-q', ...base, disk, String(size)],
      package: 'qemu-utils',
    }),
  )
}

/**
 * Makes the machine's folder and in it a disk with all that another one's has, which nobody may write meanwhile. It needs
 * no other image.
 *
 * @throws InvalidRequestError `IMAGE_NOT_QCOW2`, `DISK_TOO_SMALL`
 * @throws RefusedError `DISK_EXISTS`
 * @throws UnavailableError `NO_SPACE`
 */
export async function copyDisk(
  source: MachineRecord,
  machine: MachineRecord,
  options: DiskOptions = {},
): Promise<void> {
  const { virtualSize } = await readImageHeader(source.disk)
  const size = sizeOf(machine, virtualSize, options)
  const qemuImg = (words: string[]) =>
    runProgram({
      command: 'qemu-img',
      arguments: words,
      package: 'qemu-utils',
      timeoutMs: copyBound(virtualSize),
    })
  await makeDisk(machine, async () => {
    await qemuImg(['convert', '-q', '-f', 'qcow2', '-O', 'qcow2', source.disk, machine.disk])
    if (size > virtualSize) await qemuImg(['resize', '-q', '-f', 'qcow2', machine.disk, String(size)])
  })
}

/** Milliseconds: 10 MB/s, which a disk manages that others use, too. */
export function copyBound(bytes: bigint): number {
  return 60_000 + Number(bytes / 10_000n)
}

function sizeOf({ name }: MachineRecord, least: bigint, { sizeBytes }: DiskOptions): bigint {
  if (sizeBytes === undefined) return least
  checkDiskSize({ name, sizeBytes, least })
  return BigInt(sizeBytes)
}

/**
 * @param options.name of a machine, for the message
 * @throws InvalidRequestError `DISK_TOO_SMALL`
 */
export function checkDiskSize({
  name,
  sizeBytes,
  least,
}: {
  name: string
  sizeBytes: number
  least: bigint
}): void {
  if (BigInt(sizeBytes) >= least) return
  throw new InvalidRequestError({
    code: 'DISK_TOO_SMALL',
    message: `${sizeBytes} bytes are too few for a disk with what is on that of ${name}, which has ${least}`,
    remedy: 'Give a larger size, or leave it out.',
  })
}

async function makeDisk({ directory, disk }: MachineRecord, make: () => Promise<unknown>): Promise<void> {
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
    await make()
  } catch (error) {
    await rm(disk, { force: true })
    throw error
  }
}

/** @throws UnavailableError `NO_SPACE` */
export async function checkSpace(directory: string): Promise<void> {
  const { bavail, bsize } = await statfs(directory, { bigint: true })
  if (bavail * bsize >= leastFreeBytes) return
  throw new UnavailableError({
    code: 'NO_SPACE',
    message: `${directory} has ${(bavail * bsize) / 1024n / 1024n} MiB left, a disk needs ${leastFreeBytes / 1024n / 1024n}`,
    remedy: 'Free some space, or use a home folder on a larger disk.',
  })
}
