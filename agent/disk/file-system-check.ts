/** Checks a file system that nobody has mounted. */
import { FailedError } from '../../proto/errors.ts'
import { printable } from '../group/coupling/printable.ts'
import { runProgram } from './run-program.ts'

// A check of a large file system takes minutes.
const checkMs = 570_000
const explainMs = 120_000

/** Bits of what e2fsck exits with. */
const leftUncorrected = 4
const operationalErrors = 8 | 16 | 32 | 128

/**
 * Mends what is safe to mend, when the file system was not unmounted as it should be. Others than ext2, ext3 and ext4 mend
 * themselves when they are mounted.
 *
 * @returns how long it took, in milliseconds; 0 when there was nothing to do
 * @throws FailedError `FILE_SYSTEM_DAMAGED`, `MOUNT_FAILED` when there is no such file system
 */
export async function checkFileSystem(device: string, fileSystem: string): Promise<number> {
  if (!/^ext[234]$/.test(fileSystem)) return 0
  const begin = performance.now()
  const { exitCode, output } = await runProgram('e2fsck', ['-p', device], {
    timeoutMs: checkMs,
    from: 'e2fsprogs',
  })
  if ((exitCode & leftUncorrected) !== 0 && exitCode > 0) throw damaged(device, output, `e2fsck -f ${device}`)
  if (exitCode < 0 || (exitCode & operationalErrors) !== 0) throw notChecked(device, fileSystem, output)
  return isClean(output) ? 0 : performance.now() - begin
}

/** Its last line, such as `/dev/sda: clean, 11/16384 files, 4121/65536 blocks`. Pure. */
export function isClean(output: string): boolean {
  return /^[^\n]*: clean, [^\n]*$/.test(output.trim())
}

/** By file system: what looks for damage and changes nothing. */
const explanations = new Map([
  ['xfs', { program: 'xfs_repair', words: ['-n'], from: 'xfsprogs', mend: 'xfs_repair' }],
  ['btrfs', { program: 'btrfs', words: ['check', '--readonly'], from: 'btrfs-progs', mend: 'btrfs check' }],
])
// Of xfs_repair: the log has changes that the next mount takes over.
const dirtyLog = 2

/** Why a file system could not be mounted; undefined when nothing is wrong with it, as far as it can be told. */
export async function findDamage(device: string, fileSystem: string): Promise<FailedError | undefined> {
  const known = explanations.get(fileSystem)
  if (known === undefined) return undefined
  const { program, words, from, mend } = known
  const options = { timeoutMs: explainMs, from }
  const { exitCode, output } = await runProgram(program, [...words, device], options)
  if (exitCode <= 0 || exitCode === dirtyLog) return undefined
  return damaged(device, output, `${mend} ${device}`)
}

function damaged(device: string, output: string, command: string): FailedError {
  return new FailedError({
    code: 'FILE_SYSTEM_DAMAGED',
    message: `the file system on ${device} is damaged: ${lastWords(output)}`,
    remedy: `Make a copy of the disk, then mend it in the guest with: ${command}`,
  })
}

function notChecked(device: string, fileSystem: string, output: string): FailedError {
  return new FailedError({
    code: 'MOUNT_FAILED',
    message: `${device} could not be checked for ${fileSystem}: ${lastWords(output)}`,
    remedy: `See what is on it with blkid ${device} in the guest, and correct the declaration, or make a file system.`,
  })
}

/** The end of what a program wrote, on one line. */
export function lastWords(output: string): string {
  const lines = output.split('\n').map((line) => line.trim())
  return printable(lines.filter(Boolean).slice(-3).join('; ').slice(-200)) || 'it said nothing'
}
