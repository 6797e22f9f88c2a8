/** The base of all images: Debian's packages, a kernel and its initial RAM disk. */
import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from '../make/command.ts'
import { contained } from '../make/contained.ts'
import { fingerprint } from '../make/fingerprint.ts'
import type { BuildContext } from '../make/workshop.ts'
import { produce } from '../make/workshop.ts'
import { unpackKernel } from './kernel-image.ts'
import type { Release } from './releases.ts'

/** Counts up when this file changes what a base holds. */
const revision = '1'

const notWanted = ['/usr/share/man/*', '/usr/share/doc/*', '/usr/share/locale/*', '/usr/share/info/*']

const mergeUsr = '--setup-hook=sh "$CLEAVE_SOURCES/merge-usr.sh" "$1"'

/** What a base is made of. */
export interface BaseContent {
  release: Release
  /** Names of Debian packages. */
  packages: readonly string[]
}

export interface Base {
  hash: string
  /** The whole root file system. */
  archive: string
  kernel: string
  initrd: string
  kernelVersion: string
}

/** The packages that every guest has, in the order of the list. */
export async function listedPackages(sources: string): Promise<string[]> {
  const lines = (await readFile(join(sources, 'packages'), 'utf8')).split('\n')
  return lines.filter((line) => line !== '' && !line.startsWith('#'))
}

/** A hash over what a base is built from. */
export async function baseHash(sources: string, { release, packages }: BaseContent): Promise<string> {
  const files = await Promise.all(
    ['modules', 'init', 'kernel.sh', 'merge-usr.sh'].map((name) => readFile(join(sources, name))),
  )
  return fingerprint([release, revision, ...notWanted, ...packages, ...files])
}

/** A base is only ever needed to build, and takes some hundred megabytes. */
const basesToKeep = 4

/** Finds or builds a base. Of the others, those go that were not used for longest. */
export async function obtainBase(context: BuildContext, content: BaseContent): Promise<Base> {
  const hash = await baseHash(context.sources, content)
  const bases = join(context.cache, 'bases')
  const directory = join(bases, `${content.release}-${hash}`)
  await produce(context, directory, (output) => build(context, { output, content }))
  const now = new Date()
  await utimes(directory, now, now)
  for (const old of (await latestFirst(bases)).slice(basesToKeep)) await rm(old, { recursive: true })
  return {
    hash,
    archive: join(directory, 'root.tar'),
    kernel: join(directory, 'vmlinux'),
    initrd: join(directory, 'initrd.img'),
    kernelVersion: (await readFile(join(directory, 'kernel-version'), 'utf8')).trim(),
  }
}

async function latestFirst(folder: string): Promise<string[]> {
  const paths = (await readdir(folder)).map((name) => join(folder, name))
  const ages = await Promise.all(paths.map(async (path) => ({ path, used: (await stat(path)).mtimeMs })))
  return ages.sort((a, b) => b.used - a.used).map(({ path }) => path)
}

async function build(
  context: BuildContext,
  { output, content }: { output: string; content: BaseContent },
): Promise<void> {
  const { signal } = context
  const { release, packages } = content
  context.onProgress(`install Debian ${release}`)
  const scratch = join(output, 'tmp')
  await mkdir(scratch)
  await command(
    [
      // It mounts what must not stay.
      ...contained,
      'mmdebstrap',
      '--quiet',
      '--variant=apt',
      `--include=${packages.join(',')}`,
      '--aptopt=APT::Install-Recommends "false"',
      '--aptopt=Acquire::Languages "none"',
      '--aptopt=Acquire::Retries "3"',
      ...notWanted.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
      ...(release === 'bullseye' ? [mergeUsr] : []),
      '--customize-hook=sh "$CLEAVE_SOURCES/kernel.sh" "$1"',
      release,
      join(output, 'root.tar'),
    ],
    {
      timeout: 900,
      signal,
      environment: { CLEAVE_SOURCES: context.sources, CLEAVE_OUTPUT: output, TMPDIR: scratch },
    },
  )
  await rm(scratch, { recursive: true })
  await unpackKernel({ from: join(output, 'vmlinuz'), to: join(output, 'vmlinux'), signal })
}
