/** mount(8) and umount(8). */
import { type CleaveError, FailedError, UnansweredError, UnavailableError } from '../../proto/errors.ts'
import { printable } from '../group/coupling/printable.ts'
import { mayHang } from '../group/coupling/reading/open-file-identity.ts'
import { findDamage, lastWords } from './file-system-check.ts'
import type { Mount } from './mount-table.ts'
import { noProgram, runProgram } from './run-program.ts'

const from = 'mount'

export interface MountOptions {
  source: string
  place: string
  /** Empty for whatever is found. */
  fileSystem: string
  options: readonly string[]
  /** Milliseconds. */
  timeoutMs: number
}

/**
 * Mounts, and makes the mount point where there is none.
 *
 * @throws UnavailableError `NO_PROGRAM`, `NO_FILE_SYSTEM`
 * @throws FailedError `FILE_SYSTEM_DAMAGED`, `MOUNT_FAILED`
 * @throws UnansweredError `NFS_UNANSWERED`, `PROGRAM_STUCK`
 */
export async function mount(wanted: MountOptions): Promise<void> {
  const { source, place, fileSystem, timeoutMs } = wanted
  const isNfs = /^nfs4?$/.test(fileSystem)
  // mount makes the folder itself: for this process a parent that a dead server has would be a trap.
  const options = [...wanted.options, ...(isNfs ? onlyOnce(wanted.options) : []), 'X-mount.mkdir']
  const type = fileSystem === '' ? [] : ['--types', fileSystem]
  const words = [...type, '--options', options.join(','), '--source', source, '--target', place]
  const { exitCode, output } = await runProgram('mount', words, { timeoutMs, from }).catch((error) => {
    throw isNfs && error instanceof UnansweredError ? nfsUnanswered(source, error.message, error) : error
  })
  if (exitCode !== 0) throw await explain(wanted, output)
}

/** mount.nfs would try again for two minutes. */
function onlyOnce(options: readonly string[]): string[] {
  return options.some((option) => option.startsWith('retry=')) ? [] : ['retry=0']
}

async function explain({ source, place, fileSystem }: MountOptions, output: string): Promise<CleaveError> {
  if (/helper program/.test(output) && /^nfs/.test(fileSystem)) return noProgram('mount.nfs', 'nfs-common')
  if (/unknown filesystem type/.test(output)) {
    return new UnavailableError({
      code: 'NO_FILE_SYSTEM',
      message: `the kernel of this guest can't mount ${fileSystem || 'what is on it'}: ${lastWords(output)}`,
      remedy: 'Install the kernel module of the file system in the guest.',
    })
  }
  if (/^nfs/.test(fileSystem) && /timed out|No route to host|Connection refused|unreachable/i.test(output)) {
    return nfsUnanswered(source, lastWords(output))
  }
  const damage = await findDamage(source, fileSystem)
  if (damage !== undefined) return damage
  return new FailedError({
    code: 'MOUNT_FAILED',
    message: `${source} could not be mounted at ${place}: ${lastWords(output)}`,
    remedy: 'See dmesg in the guest, and correct the declaration of the group or the disk.',
  })
}

function nfsUnanswered(source: string, reason: string, cause?: unknown): UnansweredError {
  return new UnansweredError({
    code: 'NFS_UNANSWERED',
    message: `who serves ${source} does not answer: ${reason}`,
    remedy: 'See the network of the guest and whether the server is up, then try again.',
    cause,
  })
}

/** `force` breaks off what waits for a server, `lazy` only takes it out of sight. */
export type UnmountMode = 'plain' | 'force' | 'lazy'

const modeWords = { plain: [], force: ['--force'], lazy: ['--lazy'] } as const
// What is still to be written goes out first.
const unmountMs = 60_000
const networkUnmountMs = 10_000

/**
 * @returns false when somebody still uses it
 * @throws FailedError `UNMOUNT_FAILED`
 * @throws UnansweredError `NFS_UNANSWERED`, `PROGRAM_STUCK`
 */
export async function unmount(mounted: Mount, mode: UnmountMode = 'plain'): Promise<boolean> {
  const { mountPoint, source } = mounted
  const isServed = mayHang(mounted)
  // As the kernel has it: to ask for links in the path could mean to wait for a dead server.
  const words = [
    '--no-canonicalize',
    ...(isServed ? ['--internal-only'] : []),
    ...modeWords[mode],
    '--',
    mountPoint,
  ]
  const timeoutMs = isServed ? networkUnmountMs : unmountMs
  try {
    const { exitCode, output } = await runProgram('umount', words, { timeoutMs, from })
    if (exitCode === 0 || /not mounted/.test(output)) return true
    if (/busy/.test(output)) return false
    throw new FailedError({
      code: 'UNMOUNT_FAILED',
      message: `${printable(mountPoint)} could not be unmounted: ${lastWords(output)}`,
      remedy: 'See dmesg in the guest, then repeat the call.',
    })
  } catch (error) {
    if (!isServed || !(error instanceof UnansweredError)) throw error
    throw new UnansweredError({
      code: 'NFS_UNANSWERED',
      message: `who serves ${printable(source)} does not answer, and not all was written to ${printable(mountPoint)}`,
      remedy: 'Bring the server back; or unmount it with free: what was not written is lost then.',
      cause: error,
    })
  }
}

const syncMs = 60_000

/**
 * Writes out what the file system at a place has in memory.
 *
 * @throws FailedError `NOT_WRITTEN`
 * @throws UnansweredError `PROGRAM_STUCK`
 */
export async function writeOut(place: string): Promise<void> {
  const { exitCode, output } = await runProgram('sync', ['--file-system', '--', place], {
    timeoutMs: syncMs,
    from: 'coreutils',
  })
  if (exitCode !== 0) throw notWritten(place, lastWords(output))
}

export function notWritten(place: string, reason: string): FailedError {
  return new FailedError({
    code: 'NOT_WRITTEN',
    message: `not all could be written to the file system at ${printable(place)}: ${reason}`,
    remedy:
      'See dmesg in the guest: the disk may be gone or damaged. To unmount it all the same, ask for it with free.',
  })
}
