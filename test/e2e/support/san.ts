/** Disks that guests reach over the network, served on the bridge's address: it comes with the first machine that starts. */
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import { bridgeHost } from './host.ts'

export interface Server extends AsyncDisposable {
  pid: number
}

export const iscsiPortal = `${bridgeHost}:3260`
export const iscsiName = 'iqn.2026-01.org.example:san'
/** What is served by NFS. */
export const nfsExport = `${bridgeHost}:/docs`

const lunBytes = 256 * 1024 * 1024
const startMs = 30_000

/** A target with one disk, whose contents are in a folder: they are the same when it is served again. */
export async function serveIscsi(folder: string): Promise<Server & { dropSessions(): Promise<void> }> {
  const disk = join(folder, 'lun')
  await writeFile(disk, '', { flag: 'a' })
  await truncate(disk, lunBytes)
  const env = { TGT_IPC_SOCKET: join(folder, 'tgtd') }
  const server = started('tgtd', ['--foreground', '--iscsi', `portal=${iscsiPortal}`], env)
  const admin = async (...words: string[]) => {
    const { stdout } = await execa('tgtadm', ['--lld', 'iscsi', ...words], { env, timeout: startMs })
    return stdout
  }
  const ofTarget = ['--mode', 'target', '--tid', '1']
  try {
    await until('tgtd', async () => (await admin('--op', 'show', '--mode', 'sys')).includes('ready'))
    await admin('--op', 'new', ...ofTarget, '--targetname', iscsiName)
    await admin(
      ...['--op', 'new', '--mode', 'logicalunit', '--tid', '1', '--lun', '1'],
      ...['--backing-store', disk],
    )
    await admin('--op', 'bind', ...ofTarget, '--initiator-address', 'ALL')
  } catch (error) {
    await server[Symbol.asyncDispose]()
    throw error
  }
  return {
    ...server,
    async dropSessions() {
      const shown = await admin('--op', 'show', '--mode', 'conn', '--tid', '1')
      for (const [, session = ''] of shown.matchAll(/^Session: (\d+)/gm))
        await admin('--op', 'delete', '--mode', 'conn', '--tid', '1', '--sid', session, '--cid', '0')
    },
  }
}

/** Serves what is in a folder. */
export async function serveNfs(folder: string): Promise<Server> {
  const [files, memory] = [join(folder, 'export'), join(folder, 'memory')]
  for (const path of [files, memory]) await mkdir(path, { recursive: true })
  const configuration = join(folder, 'ganesha.conf')
  await writeFile(
    configuration,
    `NFS_CORE_PARAM {
  Protocols = 4; Bind_addr = ${bridgeHost}; Enable_NLM = false; Enable_RQUOTA = false;
}
NFSV4 { Graceless = true; RecoveryBackend = fs; RecoveryRoot = ${memory}; }
EXPORT {
  Export_Id = 1; Path = ${files}; Pseudo = ${nfsExport.split(':')[1]};
  Access_Type = RW; Squash = No_Root_Squash; Protocols = 4; Transports = TCP;
  FSAL { Name = VFS; }
}
`,
  )
  const log = join(folder, 'ganesha.log')
  const words = ['-F', '-f', configuration, '-L', log, '-p', join(folder, 'ganesha.pid')]
  const server = started('ganesha.nfsd', words)
  try {
    await until('ganesha', async () => (await readFile(log, 'utf8')).includes('NFS SERVER INITIALIZED'))
  } catch (error) {
    await server[Symbol.asyncDispose]()
    throw error
  }
  return server
}

function started(program: string, words: readonly string[], env: Record<string, string> = {}): Server {
  const running = execa(program, words, { env, stdio: 'ignore', reject: false })
  if (running.pid === undefined) throw new Error(`${program} did not start`)
  return {
    pid: running.pid,
    [Symbol.asyncDispose]: async () => {
      running.kill('SIGKILL')
      await running
    },
  }
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + startMs
  while (!(await isSo().catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`${what} is not ready`)
    await delay(100)
  }
}
