/** Builds cleave-agent_*.deb. */
import { chmod, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from '../make/command.ts'
import { filesIn, fingerprint } from '../make/fingerprint.ts'
import { withLock } from '../make/lock.ts'
import { packageRoot } from '../package-root.ts'
import { bundle } from './bundle.ts'
import { makeExecutable } from './executable.ts'

export interface AgentPackage {
  file: string
  version: string
  /** Over everything that went into it. */
  hash: string
}

export interface AgentPackageOptions {
  /** Where the package and what is needed for it go. @default build/ of the checkout */
  directory?: string
  /** The agent's main file. @default agent/main.ts */
  entry?: string
  /** Told what is done now. Not called when there is nothing to do. */
  onProgress?: (doing: string) => void
}

/** Files in a package are as old as this unless the environment says otherwise: the same sources, the same bytes. */
const defaultEpoch = '1767225600'

/**
 * Builds the package, or finds the one that was built from the same sources.
 *
 * @throws FailedError (`BUILD_FAILED`) when a step fails; an older package then stays as it is
 */
export async function buildAgentPackage(options: AgentPackageOptions = {}): Promise<AgentPackage> {
  const root = packageRoot()
  const sources = join(root, 'packaging', 'agent')
  const directory = options.directory ?? join(root, 'build')
  const entry = options.entry ?? join(root, 'agent', 'main.ts')
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const code = await bundle(entry)
  const hash = fingerprint([
    version,
    process.version,
    process.arch,
    epoch(),
    code,
    ...(await filesIn(sources)),
  ])
  const file = join(directory, `cleave-agent_${version}_amd64.deb`)
  const stamp = `${file}.hash`
  await withLock(join(directory, 'lock'), { waitSeconds: 120 }, async () => {
    if ((await readIfThere(stamp)) === hash) return
    options.onProgress?.('build the agent')
    const scratch = join(directory, 'agent')
    await rm(scratch, { recursive: true, force: true })
    await mkdir(scratch, { recursive: true })
    const finished = await assemble({ sources, scratch, version, code })
    // In this order: a package that is older than its stamp cannot be taken for a new one.
    await rm(stamp, { force: true })
    await rename(finished, file)
    await writeFile(stamp, hash)
    await rm(scratch, { recursive: true })
  })
  return { file, version, hash }
}

interface Assembly {
  sources: string
  scratch: string
  version: string
  code: string
}

/** Lays out the package's tree and packs it. Returns the new file. */
async function assemble({ sources, scratch, version, code }: Assembly): Promise<string> {
  const tree = join(scratch, 'tree')
  await cp(join(sources, 'root'), tree, { recursive: true })
  await mkdir(join(tree, 'usr/bin'), { recursive: true })
  await mkdir(join(tree, 'etc/cleave/groups.d'))
  const documents = join(tree, 'usr/share/doc/cleave-agent')
  await mkdir(documents, { recursive: true })
  await cp(join(packageRoot(), 'LICENSE'), join(documents, 'copyright'))
  await makeExecutable({
    node: process.execPath,
    bundle: code,
    output: join(tree, 'usr/bin/cleave-agent'),
    scratch,
  })
  await command(['chmod', '-R', 'u=rwX,go=rX', tree], { timeout: 10 })
  await writeControl({ sources, tree, version })
  const output = join(scratch, 'cleave-agent.deb')
  await command(['dpkg-deb', '-Zzstd', '-z3', '--root-owner-group', '--build', tree, output], {
    timeout: 120,
    environment: { SOURCE_DATE_EPOCH: epoch() },
  })
  return output
}

async function writeControl({ sources, tree, version }: { sources: string; tree: string; version: string }) {
  // KiB, as Debian policy 5.6.20 wants it.
  const [size] = (await command(['du', '--apparent-size', '-sk', tree], { timeout: 10 })).split('\t')
  const control = join(tree, 'DEBIAN')
  await cp(join(sources, 'debian'), control, { recursive: true })
  const template = await readFile(join(control, 'control'), 'utf8')
  await writeFile(
    join(control, 'control'),
    template.replace('@VERSION@', version).replace('@SIZE@', String(size)),
  )
  for (const script of ['postinst', 'prerm', 'postrm']) await chmod(join(control, script), 0o755)
  for (const data of ['control', 'conffiles']) await chmod(join(control, data), 0o644)
}

function epoch(): string {
  return process.env['SOURCE_DATE_EPOCH'] || defaultEpoch
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
