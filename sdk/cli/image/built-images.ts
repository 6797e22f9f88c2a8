/** The guest images that were built on this host. */
import { readdir } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { type BuiltImage, readImage } from '../../../packaging/image/image.ts'
import { cacheDirectory } from '../../../packaging/make/cache.ts'
import { NotFoundError } from '../../../proto/errors.ts'

export interface BuiltImages {
  /** The latest first. */
  images: BuiltImage[]
  /** Folders that look like none that a build leaves behind. */
  damaged: string[]
}

export async function builtImages(): Promise<BuiltImages> {
  const folder = join(cacheDirectory(), 'images')
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const found = await Promise.all(
    names.map(async (name) => {
      const directory = join(folder, name)
      // A folder that somebody put there must not hide the others.
      return { directory, image: await readImage(directory).catch(() => undefined) }
    }),
  )
  return {
    images: found.flatMap(({ image }) => image ?? []).sort((a, b) => b.createdAt - a.createdAt),
    damaged: found.filter(({ image }) => !image).map(({ directory }) => directory),
  }
}

/**
 * The folder of the image that is meant: a path has a slash; a kind, such as `demo`, means its latest build, a kind with a
 * release, such as `demo-trixie`, the latest of that release.
 *
 * @throws NotFoundError `IMAGE_NOT_BUILT`
 */
export async function imageFolder(image: string): Promise<string> {
  if (image.includes(sep) || image === '.' || image === '..') return resolve(image)
  const built = (await builtImages()).images.find(
    ({ name, release }) => image === name || image === `${name}-${release}`,
  )
  if (built) return built.directory
  throw new NotFoundError({
    code: 'IMAGE_NOT_BUILT',
    message: `no image ${JSON.stringify(image.slice(0, 100))} was built on this host`,
    remedy: 'See `cleave image list`; build one with `cleave image build`, or give the path of a folder.',
  })
}
