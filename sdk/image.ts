/** A guest image as a folder: a disk, what it boots with, and image.json, which names them (docs/image.md). */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { InvalidRequestError } from '../proto/errors.ts'
import type { BootFiles } from './store/records.ts'

export interface Image {
  folder: string
  /** A qcow2 file. It must not change while a machine is based on it. */
  disk: string
  boot: BootFiles
}

const fileName = z.string().regex(/^[^/\0]+$/)

const description = z.object({
  disk: fileName.default('root.qcow2'),
  kernel: fileName.default('vmlinux'),
  initrd: fileName.default('initrd.img'),
  commandLine: z.string().max(2048),
})

/**
 * Reads an image's folder.
 *
 * @throws InvalidRequestError `IMAGE_UNREADABLE`
 */
export async function readImage(folder: string): Promise<Image> {
  const file = join(resolve(folder), 'image.json')
  try {
    const { disk, kernel, initrd, commandLine } = description.parse(JSON.parse(await readFile(file, 'utf8')))
    const inside = (name: string) => join(resolve(folder), name)
    return {
      folder: resolve(folder),
      disk: inside(disk),
      boot: { kernel: inside(kernel), initrd: inside(initrd), commandLine },
    }
  } catch (error) {
    throw new InvalidRequestError({
      code: 'IMAGE_UNREADABLE',
      message: `${file} does not describe a guest image: ${error instanceof Error ? error.message : error}`,
      remedy: 'Name the folder of an image; `cleave image build` makes one.',
      cause: error,
    })
  }
}
