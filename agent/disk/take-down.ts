/** Takes down what the device mapper made of a disk that nobody keeps: logical volumes, LUKS. */
import { FailedError } from '../../proto/errors.ts'
import { readIfPresent } from '../file/durable.ts'
import type { BlockDevice } from './block-device.ts'
import { lastWords } from './file-system-check.ts'
import { madeOf } from './match.ts'
import { runProgram } from './run-program.ts'

const dmsetupMs = 15_000

/**
 * From the top down. What is mounted, or in use otherwise, makes it fail. What others than the device mapper made is left.
 *
 * @throws FailedError `VOLUME_NOT_TAKEN_DOWN`
 * @throws UnavailableError `NO_PROGRAM`
 * @throws UnansweredError `PROGRAM_STUCK`
 */
export async function takeDownVolumes(disk: BlockDevice, list: () => readonly BlockDevice[]): Promise<void> {
  const tried = new Set<string>()
  for (;;) {
    const next = madeOf(disk, list()).find(
      ({ name, holders }) => name.startsWith('dm-') && holders.length === 0 && !tried.has(name),
    )
    if (next === undefined) return
    tried.add(next.name)
    const volume = readIfPresent(`/sys/block/${next.name}/dm/name`)?.trim()
    if (volume !== undefined) await remove(volume)
  }
}

async function remove(volume: string): Promise<void> {
  const { exitCode, output } = await runProgram('dmsetup', ['remove', '--retry', '--', volume], {
    timeoutMs: dmsetupMs,
    from: 'dmsetup',
  })
  if (exitCode === 0) return
  throw new FailedError({
    code: 'VOLUME_NOT_TAKEN_DOWN',
    message: `the volume ${volume} of a disk that is to go could not be taken down: ${lastWords(output)}`,
    remedy: `See who has it in the guest: dmsetup info ${volume}. Take it down there, then repeat the call.`,
  })
}
