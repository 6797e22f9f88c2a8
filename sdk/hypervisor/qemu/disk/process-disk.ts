/** Images of the disks of groups. */
import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { FailedError, RefusedError } from '../../../../proto/errors.ts'
import type { DiskRecord } from '../../../store/records.ts'
import type { NewDiskImage } from '../../plugging.ts'
import { runProgram } from '../program.ts'
import { checkStandsAlone, readImageHeader } from './base-image.ts'
import { checkDiskSize, checkSpace, copyBound } from './create-disk.ts'

/** See `DiskPlugging.createDiskImage`. */
export async function createDiskImage(
  disk: DiskRecord,
  { base, belowBase = [], copy = false }: NewDiskImage = {},
): Promise<void> {
  const { name, image, sizeBytes } = disk
  if (existsSync(image)) throw imageExists(disk)
  const below = base === undefined ? undefined : (await readImageHeader(base)).virtualSize
  if (below !== undefined) checkDiskSize({ name, sizeBytes, least: below })
  // An image of Cleave's own has those below it that the store knows; any other might name whatever file of this host.
  if (base !== undefined && belowBase.length === 0) await checkStandsAlone(base)
  await mkdir(dirname(image), { recursive: true, mode: 0o700 })
  await checkSpace(dirname(image))
  try {
    if (base !== undefined && copy) await copyImage({ from: base, to: image, sizeBytes })
    else await createImage({ image, sizeBytes, below: base })
  } catch (error) {
    await rm(image, { force: true })
    throw error
  }
}

/** See `DiskPlugging.createOverlay`. */
export async function createOverlay({ disk, overlay }: { disk: DiskRecord; overlay: string }): Promise<void> {
  await mkdir(dirname(overlay), { recursive: true, mode: 0o700 })
  await checkSpace(dirname(overlay))
  await rm(overlay, { force: true })
  await createImage({ image: overlay, sizeBytes: disk.sizeBytes, below: disk.image })
}

/** See `DiskPlugging.deleteDiskImage`. Only a file of the name that it gives its images: a record may be damaged. */
export async function deleteDiskImage({ name, image }: DiskRecord): Promise<void> {
  if (basename(image) !== imageName(name)) {
    throw new FailedError({
      code: 'BAD_DIRECTORY',
      message: `${image} is not named as the image of disk ${name}: it was not deleted`,
      remedy: 'The store may be damaged: look at the file, and delete it if it is what you mean.',
    })
  }
  await rm(image, { force: true })
}

/** What the image of a disk is called, in whatever folder. */
export function imageName(disk: string): string {
  return `${disk}.qcow2`
}

async function createImage(options: {
  image: string
  sizeBytes: number
  below: string | undefined
}): Promise<void> {
  const { image, sizeBytes, below } = options
  // -u: without opening the image below, which a machine may hold locked.
  const base = below === undefined ? [] : ['-u', '-F', 'qcow2', '-b', below]
  await runProgram({
    command: 'qemu-img',
    arguments: ['create', '-q', '-f', 'qcow2', ...base, image, String(sizeBytes)],
    package: 'qemu-utils',
  })
}

async function copyImage(options: { from: string; to: string; sizeBytes: number }): Promise<void> {
  const { from, to, sizeBytes } = options
  const qemuImg = (...words: string[]) =>
    runProgram({
      command: 'qemu-img',
      arguments: words,
      package: 'qemu-utils',
      timeoutMs: copyBound(BigInt(sizeBytes)),
    })
  await qemuImg('convert', '-q', '-f', 'qcow2', '-O', 'qcow2', from, to)
  await qemuImg('resize', '-q', '-f', 'qcow2', to, String(sizeBytes))
}

function imageExists({ name, image }: DiskRecord): RefusedError {
  return new RefusedError({
    code: 'IMAGE_EXISTS',
    message: `there is an image ${image} already, and no disk ${name}`,
    remedy: 'A disk that the store does not know may have left it: look at it, and delete it if so.',
  })
}
