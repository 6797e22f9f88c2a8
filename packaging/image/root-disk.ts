/** The root disk of one image: the base, the agent as a package, and the parts of its kind. */
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from '../make/command.ts'
import type { BuildContext } from '../make/workshop.ts'
import type { Base } from './base.ts'

/** What a guest's file system can grow to; on the host it takes only what is in it. */
const diskSize = '8G'

export interface RootDiskOptions {
  base: Base
  parts: readonly string[]
  /** The agent's .deb; none makes a guest without an agent. */
  agentPackage: string | undefined
  /** The new qcow2 file. */
  disk: string
  /** An empty folder for what is needed only now. */
  scratch: string
}

/** Makes the disk. Returns the installed Debian packages with their versions. */
export async function makeRootDisk(
  context: BuildContext,
  options: RootDiskOptions,
): Promise<Record<string, string>> {
  const { signal } = context
  const root = join(options.scratch, 'root')
  await mkdir(root)
  context.onProgress('unpack the root file system')
  await command(
    ['tar', '--extract', '--numeric-owner', `--file=${options.base.archive}`, `--directory=${root}`],
    {
      timeout: 300,
      signal,
    },
  )
  await copyTree(context, { from: join(context.sources, 'root'), root })
  await runInside(context, { root, script: join(context.sources, 'configure.sh') })
  if (options.agentPackage) {
    context.onProgress('install the agent')
    await installAgent(context, { root, file: options.agentPackage })
  }
  for (const part of options.parts) {
    context.onProgress(`install ${part}`)
    const folder = join(context.sources, 'parts', part)
    await copyTree(context, { from: join(folder, 'root'), root })
    await runInside(context, { root, script: join(folder, 'install.sh') })
  }
  const packages = await installedPackages(context, root)
  context.onProgress('write the disk')
  await writeDisk(context, { root, disk: options.disk, scratch: options.scratch })
  return packages
}

/** Copies files with the modes that they need in a guest, whoever owns the checkout and whatever its umask is. */
async function copyTree(context: BuildContext, { from, root }: { from: string; root: string }) {
  const limits = { timeout: 60, signal: context.signal }
  const archive = join(root, 'var/tmp/files.tar')
  const modes = ['--owner=root:0', '--group=root:0', '--mode=u=rwX,go=rX']
  await command(['tar', '--create', ...modes, `--file=${archive}`, `--directory=${from}`, '.'], limits)
  await command(
    ['tar', '--extract', '--no-overwrite-dir', `--file=${archive}`, `--directory=${root}`],
    limits,
  )
  await rm(archive)
}

async function runInside(context: BuildContext, { root, script }: { root: string; script: string }) {
  await writeFile(join(root, 'var/tmp/script'), await readFile(script))
  await command(['chroot', root, '/bin/sh', '/var/tmp/script'], { timeout: 120, signal: context.signal })
  await rm(join(root, 'var/tmp/script'))
}

async function installAgent(context: BuildContext, { root, file }: { root: string; file: string }) {
  await copyFile(file, join(root, 'var/tmp/cleave-agent.deb'))
  await command(['chroot', root, 'dpkg', '--install', '/var/tmp/cleave-agent.deb'], {
    timeout: 120,
    signal: context.signal,
  })
  await rm(join(root, 'var/tmp/cleave-agent.deb'))
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query fills it in
const packageFormat = '${Package} ${Version}\\n'

async function installedPackages(context: BuildContext, root: string): Promise<Record<string, string>> {
  const list = await command(['chroot', root, 'dpkg-query', '--show', `--showformat=${packageFormat}`], {
    timeout: 60,
    signal: context.signal,
  })
  return Object.fromEntries(list.split('\n').map((line) => line.split(' ')))
}

async function writeDisk(
  context: BuildContext,
  { root, disk, scratch }: { root: string; disk: string; scratch: string },
) {
  const { signal } = context
  const raw = join(scratch, 'root.raw')
  await command(['truncate', '--size', diskSize, raw], { timeout: 10, signal })
  await command(['mkfs.ext4', '-q', '-L', 'cleave-root', '-d', root, raw], { timeout: 300, signal })
  await command(['qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', raw, disk], { timeout: 300, signal })
}
