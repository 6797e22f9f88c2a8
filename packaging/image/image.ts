/** A built guest image: a folder that never changes once it is there. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { defaultRelease, type Release, releaseNames } from './releases.ts'

/** What a machine boots from, all paths absolute. */
export interface BuiltImage {
  /** The kind of guest: one of {@link import('./kinds.ts').imageKinds}. */
  name: string
  /** The release of Debian that it is made of. */
  release: Release
  /** Over everything that went into it. */
  hash: string
  directory: string
  /** qcow2: only ever a backing file. */
  disk: string
  /** Direct boot, without a boot loader. */
  boot: { kernel: string; initrd: string; commandLine: string }
  kernelVersion: string
  /** Debian packages with their versions. */
  packages: Record<string, string>
  /** Milliseconds since 1970. */
  createdAt: number
}

const description = z.strictObject({
  name: z.string(),
  // Images that were built before there was a choice do not say.
  release: z.enum(releaseNames).default(defaultRelease),
  hash: z.string(),
  kernelVersion: z.string(),
  commandLine: z.string(),
  packages: z.record(z.string(), z.string()),
  createdAt: z.number(),
})

/** The content of image.json. */
export type ImageDescription = z.infer<typeof description>

export const imageFiles = {
  disk: 'root.qcow2',
  kernel: 'vmlinux',
  initrd: 'initrd.img',
  description: 'image.json',
} as const

/** Reads the image in a folder; undefined when there is none. Throws when its description is damaged. */
export async function readImage(directory: string): Promise<BuiltImage | undefined> {
  let text: string
  try {
    text = await readFile(join(directory, imageFiles.description), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const { commandLine, ...rest } = description.parse(JSON.parse(text))
  return {
    ...rest,
    directory,
    disk: join(directory, imageFiles.disk),
    boot: {
      kernel: join(directory, imageFiles.kernel),
      initrd: join(directory, imageFiles.initrd),
      commandLine,
    },
  }
}
