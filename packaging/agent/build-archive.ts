/** Builds cleave-agent_*.tar.gz, for systemd distributions that take no Debian packages. */
import { chmod, copyFile, mkdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { command } from '../make/command.ts'
import { withLock } from '../make/lock.ts'
import { packageRoot } from '../package-root.ts'
import { type AgentPackage, buildAgentPackage, epoch } from './build-package.ts'
import { stamped } from './stamped.ts'

/**
 * Builds the archive beside the Debian package, out of that one's files and install.sh. The same sources give the same
 * bytes.
 *
 * @param agentPackage default: the one of this checkout, built when needed
 * @returns its path
 * @throws FailedError `BUILD_FAILED`
 */
export async function buildAgentArchive(
  agentPackage?: AgentPackage,
  onProgress: (doing: string) => void = () => {},
): Promise<string> {
  const { file, hash } = agentPackage ?? (await buildAgentPackage({ onProgress }))
  const archive = file.replace(/\.deb$/, '.tar.gz')
  const directory = dirname(file)
  await withLock(join(directory, 'lock'), { waitSeconds: 120 }, () =>
    stamped(archive, hash, async () => {
      onProgress('pack the archive')
      return await pack(file, join(directory, 'archive'))
    }),
  )
  return archive
}

async function pack(agentPackage: string, scratch: string): Promise<string> {
  const name = basename(agentPackage, '.deb')
  const folder = join(scratch, name)
  await rm(scratch, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await command(['dpkg-deb', '--extract', agentPackage, join(folder, 'root')], { timeout: 60 })
  // Only Debian reads these.
  await rm(join(folder, 'root/usr/share/lintian'), { recursive: true })
  await copyFile(join(packageRoot(), 'packaging/agent/install.sh'), join(folder, 'install.sh'))
  await chmod(join(folder, 'install.sh'), 0o755)
  const finished = join(dirname(scratch), `${name}.tar.gz.new`)
  const like = ['--sort=name', `--mtime=@${epoch()}`, '--owner=root:0', '--group=root:0', '--numeric-owner']
  const modes = ['--format=gnu', '--mode=u=rwX,go=rX']
  const compressed = ['--use-compress-program=gzip --no-name --fast', `--file=${finished}`]
  await command(['tar', '--create', ...like, ...modes, ...compressed, `--directory=${scratch}`, name], {
    timeout: 120,
  })
  await rm(scratch, { recursive: true })
  return finished
}
