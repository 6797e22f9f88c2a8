/** Images of disks that go to another place. */
import { existsSync } from 'node:fs'
import { copyFile, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { RefusedError, UnavailableError } from '../../../../proto/errors.ts'
import type { DiskRecord } from '../../../store/records.ts'
import { runProgram } from '../program.ts'
import { imageName } from './process-disk.ts'

/** See `DiskPlugging.rebase`. */
export async function rebase({ image }: DiskRecord, below: string): Promise<void> {
  await runProgram({
    command: 'qemu-img',
    // -u: what is in the images stays as it is.
    arguments: ['rebase', '-u', '-f', 'qcow2', '-F', 'qcow2', '-b', below, image],
    package: 'qemu-utils',
  })
}

/** See `DiskPlugging.moveDiskImage`. */
export async function moveDiskImage({ name, image }: DiskRecord, folder: string): Promise<string> {
  const destination = join(folder, imageName(name))
  if (destination === image) return destination
  if (!existsSync(image)) {
    // It was moved before, by a call that came no further.
    if (existsSync(destination)) return destination
    throw imageMissing(name, image)
  }
  if (existsSync(destination)) throw imageExists(name, destination)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  try {
    await rename(image, destination)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    await copyAcross(image, destination)
    await rm(image)
  }
  return destination
}

/** Whole under its name, or not there: a copy that was broken off has another one. */
async function copyAcross(from: string, to: string): Promise<void> {
  const part = `${to}.part`
  try {
    await copyFile(from, part)
    await using file = await open(part, 'r+')
    await file.sync()
    await rename(part, to)
  } catch (error) {
    await rm(part, { force: true })
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    throw new UnavailableError({
      code: 'NO_SPACE',
      message: `no space is left for ${to}`,
      remedy: 'Free some space, or choose another folder.',
      cause: error,
    })
  }
}

function imageMissing(name: string, path: string): UnavailableError {
  return new UnavailableError({
    code: 'IMAGE_MISSING',
    message: `disk ${name} can't move: its image ${path} is not there`,
    remedy:
      'Mount the file system that it is on. If a move into another folder was broken off, repeat that one first.',
  })
}

function imageExists(name: string, path: string): RefusedError {
  return new RefusedError({
    code: 'IMAGE_EXISTS',
    message: `disk ${name} can't move: there is a file ${path} already`,
    remedy: 'Choose another folder, or delete that file if nobody needs it.',
  })
}
