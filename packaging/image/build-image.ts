/** Builds guest images, and finds those that were built. */
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheDirectory } from '../make/cache.ts'
import { filesIn, fingerprint } from '../make/fingerprint.ts'
import { withLock } from '../make/lock.ts'
import { type BuildContext, produce, sweep } from '../make/workshop.ts'
import { packageRoot } from '../package-root.ts'
import { obtainAgentPackage } from './agent-package.ts'
import { type BaseContent, baseHash, listedPackages, obtainBase } from './base.ts'
import { type BuiltImage, type ImageDescription, imageFiles, readImage } from './image.ts'
import { kindOf } from './kinds.ts'
import { checkRights } from './needs-root.ts'
import { defaultRelease, type Release } from './releases.ts'
import { makeRootDisk } from './root-disk.ts'

export type { BuiltImage } from './image.ts'

/** The image that a caller means. */
export interface ImageOptions {
  /** The kind of guest: see {@link import('./kinds.ts').imageKinds}. @default 'demo' */
  name?: string
  /** Of Debian. @default 'bookworm' */
  release?: Release
  /** Names of Debian packages besides those that every guest has. @default none */
  extraPackages?: readonly string[]
  /** The cleave-agent_*.deb to install in a kind of guest that has the agent. @default the one of this checkout, built when needed */
  agentPackage?: string
}

export interface BuildImageOptions extends ImageOptions {
  /** Told what is done now, in a few words. Not called when there is nothing to do. */
  onProgress?: (doing: string) => void
  /** Ends the build and leaves nothing behind. */
  signal?: AbortSignal
}

/** Quiet, as nobody reads it; the first serial port is the console; the interface is eth0 from the start on. */
const commandLine = 'root=/dev/vda console=ttyS0 quiet net.ifnames=0'

interface Wanted {
  name: string
  hash: string
  directory: string
  parts: readonly string[]
  content: BaseContent
  agentPackage: string | undefined
}

/**
 * The image as it would be built from the sources as they are now; undefined when it is not there yet.
 *
 * @throws InvalidRequestError (`IMAGE_UNKNOWN`) for a kind that there is not
 */
export async function findImage(options: ImageOptions = {}): Promise<BuiltImage | undefined> {
  return await readImage((await resolve(options)).directory)
}

/**
 * Builds an image, or finds the one that was built from the same sources. About a minute when nothing is cached,
 * some seconds when only a file or the agent changed.
 *
 * @throws UnavailableError (`NEEDS_ROOT`) without the rights to make a root file system
 * @throws BusyError (`BUILD_BUSY`) when another process builds for longer than 15 minutes
 * @throws FailedError (`BUILD_FAILED`) when a step fails; nothing of it is left
 */
export async function buildImage(options: BuildImageOptions = {}): Promise<BuiltImage> {
  // First: to find out what goes into an image is to build the agent's package.
  checkRights()
  const wanted = await resolve(options)
  const ready = await readImage(wanted.directory)
  if (ready) return ready
  const context: BuildContext = {
    cache: cacheDirectory(),
    sources: sources(),
    signal: options.signal,
    onProgress: options.onProgress ?? (() => {}),
  }
  return await withLock(join(context.cache, 'lock'), { waitSeconds: 900 }, async () => {
    await sweep(context.cache)
    await produce(context, wanted.directory, (output) => build(context, wanted, output))
    const built = await readImage(wanted.directory)
    if (!built) throw new Error(`no image in ${wanted.directory}`)
    return built
  })
}

async function resolve(options: ImageOptions): Promise<Wanted> {
  const name = options.name ?? 'demo'
  const { parts, packages: own = [], withoutAgent = false } = kindOf(name)
  const packages = [...(await listedPackages(sources())), ...own, ...(options.extraPackages ?? [])]
  const content = { release: options.release ?? defaultRelease, packages }
  const agentPackage = withoutAgent ? undefined : (options.agentPackage ?? (await obtainAgentPackage()))
  const hash = fingerprint([
    name,
    commandLine,
    await baseHash(sources(), content),
    ...(await filesIn(sources())),
    agentPackage === undefined ? 'no agent' : await readFile(agentPackage),
  ])
  const directory = join(cacheDirectory(), 'images', `${name}-${content.release}-${hash}`)
  return { name, hash, directory, parts, content, agentPackage }
}

async function build(context: BuildContext, wanted: Wanted, output: string): Promise<void> {
  const base = await obtainBase(context, wanted.content)
  const scratch = join(output, 'scratch')
  await mkdir(scratch)
  const packages = await makeRootDisk(context, {
    base,
    parts: wanted.parts,
    agentPackage: wanted.agentPackage,
    disk: join(output, imageFiles.disk),
    scratch,
  })
  await rm(scratch, { recursive: true })
  await copyFile(base.kernel, join(output, imageFiles.kernel))
  await copyFile(base.initrd, join(output, imageFiles.initrd))
  const description: ImageDescription = {
    name: wanted.name,
    release: wanted.content.release,
    hash: wanted.hash,
    kernelVersion: base.kernelVersion,
    commandLine,
    packages,
    createdAt: Date.now(),
  }
  await writeFile(join(output, imageFiles.description), `${JSON.stringify(description, null, 2)}\n`)
}

function sources(): string {
  return join(packageRoot(), 'packaging', 'image')
}
