/** Builds cleave-agent_*.deb. */
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { filesIn, fingerprint } from '../make/fingerprint.ts'
import { withLock } from '../make/lock.ts'
import { packageRoot } from '../package-root.ts'
import { bundle } from './bundle.ts'
import { packTree } from './pack-tree.ts'
import { stamped } from './stamped.ts'

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
const defaultEpoch = 1_767_225_600

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
  const { code, packages } = await bundle(entry)
  const hash = fingerprint([
    version,
    process.version,
    process.arch,
    String(epoch()),
    code,
    ...(await filesIn(sources)),
  ])
  const file = join(directory, `cleave-agent_${version}_amd64.deb`)
  const scratch = join(directory, 'agent')
  await withLock(join(directory, 'lock'), { waitSeconds: 120 }, async () => {
    await stamped(file, hash, async () => {
      options.onProgress?.('build the agent')
      await rm(scratch, { recursive: true, force: true })
      await mkdir(scratch, { recursive: true })
      return await packTree({ sources, scratch, version, code, packages, epoch: epoch() })
    })
    await rm(scratch, { recursive: true, force: true })
  })
  return { file, version, hash }
}

/** How old the files in a package are: seconds since 1970. */
export function epoch(): number {
  return Number(process.env['SOURCE_DATE_EPOCH'] || defaultEpoch)
}
