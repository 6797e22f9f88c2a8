/** One builder at a time, whatever happens to it. */
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { execa } from 'execa'
import { BusyError, FailedError } from '../../proto/errors.ts'

/**
 * Runs `work` while it holds the lock of a file. The kernel holds the lock for a child process that ends when its
 * standard input does, so the lock is free again however this process ends.
 *
 * @param options.waitSeconds how long another holder is waited for
 * @throws BusyError (`BUILD_BUSY`) when it is held for longer
 * @throws FailedError (`LOCK_FAILED`) when it cannot be locked at all
 */
export async function withLock<T>(
  file: string,
  options: { waitSeconds: number },
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(dirname(file), { recursive: true })
  const holder = execa('flock', ['--timeout', String(options.waitSeconds), file, 'cat'], { reject: false })
  holder.stdin.write('held\n')
  const held = await Promise.race([
    new Promise<boolean>((resolve) => holder.stdout.once('data', () => resolve(true))),
    holder.then(() => false),
  ])
  if (!held) {
    const { exitCode, shortMessage } = await holder
    throw exitCode === heldByAnother ? busy(file, options.waitSeconds) : notLocked(file, shortMessage)
  }
  try {
    return await work()
  } finally {
    holder.stdin.end()
    await holder
  }
}

/** How flock(1) ends when its time is over. */
const heldByAnother = 1

function busy(file: string, seconds: number): BusyError {
  return new BusyError({
    code: 'BUILD_BUSY',
    message: `another process has held ${file} for ${seconds} seconds`,
    remedy: 'Wait until the other build has ended, then try again.',
  })
}

function notLocked(file: string, reason: string | undefined): FailedError {
  return new FailedError({
    code: 'LOCK_FAILED',
    message: `${file} cannot be locked: ${reason ?? 'flock ended'}`,
    remedy: 'Check that the folder can be written and that flock (util-linux) is installed.',
  })
}
