/** The base of all images: Debian's packages, a kernel and its initial RAM disk. */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from '../make/command.ts'
import { contained } from '../make/contained.ts'
import { fingerprint } from '../make/fingerprint.ts'
import type { BuildContext } from '../make/workshop.ts'
import { produce } from '../make/workshop.ts'
import { unpackKernel } from './kernel-image.ts'

const suite = 'bookworm'

/** Counts up when this file changes what a base holds. */
const revision = '1'

const notWanted = ['/usr/share/man/*', '/usr/share/doc/*', '/usr/share/locale/*', '/usr/share/info/*']

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
export async function baseHash(sources: string, packages: readonly string[]): Promise<string> {
  const files = await Promise.all(
    ['modules', 'init', 'kernel.sh'].map((name) => readFile(join(sources, name))),
  )
  return fingerprint([suite, revision, ...notWanted, ...packages, ...files])
}

/** Finds or builds the base with these packages. The others go: a base is only ever needed to build. */
export async function obtainBase(context: BuildContext, packages: readonly string[]): Promise<Base> {
  const hash = await baseHash(context.sources, packages)
  const bases = join(context.cache, 'bases')
  const directory = join(bases, hash)
  await produce(context, directory, (output) => build(context, { output, packages }))
  const others = (await readdir(bases)).filter((name) => name !== hash)
  for (const name of others) await rm(join(bases, name), { recursive: true })
  return {
    hash,
    archive: join(directory, 'root.tar'),
    kernel: join(directory, 'vmlinux'),
    initrd: join(directory, 'initrd.img'),
    kernelVersion: (await readFile(join(directory, 'kernel-version'), 'utf8')).trim(),
  }
}

async function build(
  context: BuildContext,
  { output, packages }: { output: string; packages: readonly string[] },
): Promise<void> {
  const { signal } = context
  context.onProgress(`install Debian ${suite}`)
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
      '--customize-hook=sh "$CLEAVE_SOURCES/kernel.sh" "$1"',
      suite,
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
