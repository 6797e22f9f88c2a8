/** Frees the space of images that were built again since. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheDirectory } from '../make/cache.ts'
import { type BuiltImage, readImage } from './image.ts'

export interface PruneOptions {
  /** The kind of guest. Only one that no machine outlives its test with: disks of machines are based on images. */
  name: string
  /** How many of the newest of each release stay. */
  keep: number
  /** Those that are younger stay too: a test may still be at work on one. Milliseconds. */
  youngerThan: number
}

/** Deletes old images of a kind. Returns their folders. */
export async function pruneImages(options: PruneOptions): Promise<string[]> {
  const images = (await listImages()).filter(({ name }) => name === options.name)
  images.sort((a, b) => b.createdAt - a.createdAt)
  const newest = Date.now() - options.youngerThan
  const old = [...Map.groupBy(images, ({ release }) => release).values()]
    .flatMap((ofRelease) => ofRelease.slice(options.keep))
    .filter(({ createdAt }) => createdAt < newest)
  for (const { directory } of old) await rm(directory, { recursive: true, force: true })
  return old.map(({ directory }) => directory)
}

async function listImages(): Promise<BuiltImage[]> {
  const folder = join(cacheDirectory(), 'images')
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  // One that cannot be read is left for people to look at.
  const images = await Promise.all(names.map((name) => readImage(join(folder, name)).catch(() => undefined)))
  return images.filter((image) => image !== undefined)
}
