import { FailedError } from '../../../../proto/errors.ts'
import type { Monitored } from '../fork/fork.ts'
import { migrationCompleted } from '../fork/migration.ts'
import { lastWords } from '../process/log.ts'
import { inheritedDescriptor } from '../process/start.ts'
import { copyBound } from '../twin/move.ts'

/** The bound of what takes milliseconds. */
const resumeMs = 5000

/** Times of QEMU's own events, milliseconds since 1970 by the clock of the host, for each child. */
export interface Restored {
  loaded: number[]
  resumed: number[]
}

/**
 * Lets every child load its parent's state, and run when all have it.
 *
 * @throws FailedError `STATE_NOT_HANDED_OVER`
 */
export async function restore(children: readonly Monitored[]): Promise<Restored> {
  // They share the processors and the disk, so each may take as long as all would take in turn.
  const timeoutMs = copyBound(...children.map(({ machine }) => machine))
  const loaded = await Promise.all(children.map((child) => load(child, timeoutMs)))
  const resumed = await Promise.all(children.map(resume))
  return { loaded, resumed }
}

async function load({ machine, monitor }: Monitored, timeoutMs: number): Promise<number> {
  try {
    await monitor.execute('migrate-incoming', { uri: `fd:${inheritedDescriptor}` })
    return (await migrationCompleted(monitor, { who: `child ${machine.name}`, timeoutMs })).at
  } catch (cause) {
    // QEMU ends when it can't make sense of a state.
    const said = await lastWords(machine)
    throw new FailedError({
      code: 'STATE_NOT_HANDED_OVER',
      message: `${machine.name} could not load the state of its parent: ${said || (cause as Error).message}`,
      remedy:
        'The state file may have been damaged on its disk: see the kernel log of the host (dmesg), then split again.',
      cause,
    })
  }
}

async function resume({ monitor }: Monitored): Promise<number> {
  await monitor.execute('cont')
  return (await monitor.waitForEvent('RESUME', { timeoutMs: resumeMs })).at
}
