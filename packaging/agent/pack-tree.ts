/** Lays out the files of the agent's Debian package and packs them. */
import { chmod, cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { command } from '../make/command.ts'
import { makeExecutable } from './executable.ts'
import { licences } from './licences.ts'

export interface TreeOptions {
  /** The folder packaging/agent. */
  sources: string
  /** An empty folder; the new package is in it at the end. */
  scratch: string
  version: string
  code: string
  /** Folders of the npm packages in `code`. */
  packages: readonly string[]
  /** How old the files are, seconds since 1970. */
  epoch: number
}

/** Returns the new file. */
export async function packTree(options: TreeOptions): Promise<string> {
  const { sources, scratch } = options
  const tree = join(scratch, 'tree')
  // A link into the guest stays as it is written, wherever this checkout is.
  await cp(join(sources, 'root'), tree, { recursive: true, verbatimSymlinks: true })
  await mkdir(join(tree, 'etc/cleave/groups.d'))
  await mkdir(join(tree, 'usr/bin'))
  await makeExecutable({
    node: process.execPath,
    bundle: options.code,
    output: join(tree, 'usr/bin/cleave-agent'),
    scratch,
  })
  await writeDocuments(join(tree, 'usr/share/doc/cleave-agent'), options)
  await command(['chmod', '-R', 'u=rwX,go=rX', tree], { timeout: 10 })
  await writeControl(tree, options)
  const output = join(scratch, 'cleave-agent.deb')
  await command(['dpkg-deb', '-Zgzip', '-z1', '--root-owner-group', '--build', tree, output], {
    timeout: 120,
    environment: { SOURCE_DATE_EPOCH: String(options.epoch) },
  })
  return output
}

async function writeDocuments(directory: string, { sources, version, packages, epoch }: TreeOptions) {
  await mkdir(directory, { recursive: true })
  await cp(join(sources, 'debian/copyright'), join(directory, 'copyright'))
  // The folder above the one of the executable is the npm package that brought it.
  const node = dirname(dirname(process.execPath))
  await writeFile(join(directory, 'third-party-licences.gz'), gzip(await licences([node, ...packages])))
  const date = new Date(epoch * 1000).toUTCString().replace('GMT', '+0000')
  const entry = [
    `cleave-agent (${version}) unstable; urgency=medium`,
    '',
    `  * Release ${version}: see CHANGELOG.md of cleave-vm.`,
    '',
    ` -- ${await maintainer(sources)}  ${date}`,
    '',
  ]
  await writeFile(join(directory, 'changelog.gz'), gzip(entry.join('\n')))
}

/** Without a time stamp, so that the same text gives the same bytes. */
function gzip(text: string): Buffer {
  return gzipSync(text, { level: 9 })
}

async function writeControl(tree: string, { sources, version }: TreeOptions) {
  const size = await installedKibibytes(tree)
  const control = join(tree, 'DEBIAN')
  await mkdir(control)
  for (const name of ['postinst', 'prerm', 'postrm', 'conffiles']) {
    await cp(join(sources, 'debian', name), join(control, name))
    await chmod(join(control, name), name === 'conffiles' ? 0o644 : 0o755)
  }
  const template = await readFile(join(sources, 'debian/control'), 'utf8')
  const filled = template.replace('@VERSION@', version).replace('@SIZE@', String(size))
  await writeFile(join(control, 'control'), filled, { mode: 0o644 })
}

/** As dpkg-gencontrol counts: files rounded up to KiB, and one KiB for everything else (deb-substvars(5)). */
async function installedKibibytes(tree: string): Promise<number> {
  let sum = 0
  for (const entry of await readdir(tree, { recursive: true, withFileTypes: true })) {
    const { size } = await stat(join(entry.parentPath, entry.name))
    sum += entry.isFile() ? Math.ceil(size / 1024) : 1
  }
  return sum
}

async function maintainer(sources: string): Promise<string> {
  const control = await readFile(join(sources, 'debian/control'), 'utf8')
  return /^Maintainer: (.*)$/m.exec(control)?.[1] ?? ''
}
