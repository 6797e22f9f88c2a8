/** One builder at a time, whatever happens to it. */
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { execa } from 'execa'
import { BusyError } from '../../proto/errors.ts'

/**
 * Runs `work` while it holds the lock of a file. The kernel holds the lock for a child process that ends when its
 * standard input does, so the lock is free again however this process ends.
 *
 * @param options.waitSeconds how long another holder is waited for
 * @throws BusyError (`BUILD_BUSY`) when it is held for longer
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
    const { cause } = await holder
    throw new BusyError({
      code: 'BUILD_BUSY',
      message: `another process has held ${file} for ${options.waitSeconds} seconds`,
      remedy: 'Wait until the other build has ended, then try again.',
      cause,
    })
  }
  try {
    return await work()
  } finally {
    holder.stdin.end()
    await holder
  }
}
