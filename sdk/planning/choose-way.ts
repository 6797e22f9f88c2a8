/** Which way a split takes, and why. Pure. */
import { UnavailableError } from '../../proto/errors.ts'
import type { Way } from './way.ts'

/** What keeps ways from being had for a machine, in words. A way that is not there can be had. */
export type Obstacles = Partial<Record<Way, string>>

/** @param used what the guest has of storage by network, in words: children that go on from its memory would all write it */
export function withNetworkStorage(obstacles: Obstacles, used: readonly string[]): Obstacles {
  if (used.length === 0) return obstacles
  const why = `all children would write ${used.join('; ')}`
  return { fork: why, suspend: why, ...obstacles }
}

export interface ChosenWay {
  way: Way
  /** Why this one, for people. */
  why: string
}

/**
 * What was asked for. When nothing was, `fork`; when that can't be had, `suspend`: it keeps memory as well, and takes longer.
 *
 * No way that discards memory is ever chosen for somebody who did not ask for it.
 *
 * @throws UnavailableError `WAY_UNAVAILABLE` with what keeps it from being had
 */
export function chooseWay(options: {
  machine: string
  wish?: Way | undefined
  obstacles: Obstacles
}): ChosenWay {
  const { machine, wish, obstacles } = options
  if (wish !== undefined) {
    const obstacle = obstacles[wish]
    if (obstacle !== undefined)
      throw unavailable(machine, { [wish]: obstacle }, alternativeTo(wish, obstacles))
    return { way: wish, why: 'it was asked for' }
  }
  const { fork, suspend } = obstacles
  if (fork === undefined) return { way: 'fork', why: 'it is the quickest way that keeps memory' }
  if (suspend === undefined) return { way: 'suspend', why: `fork can't be had: ${fork}` }
  throw unavailable(machine, { fork, suspend }, booting)
}

const booting =
  'let the children boot with --way delta, which starts their groups anew without what is in memory.'

function alternativeTo(wish: Way, obstacles: Obstacles): string {
  if (wish === 'fork' && obstacles.suspend === undefined)
    return 'use --way suspend, which takes longer and as much memory for each child.'
  if (wish === 'suspend' && obstacles.fork === undefined) return 'use --way fork.'
  return booting
}

function unavailable(machine: string, obstacles: Obstacles, instead: string): UnavailableError {
  const byObstacle = Map.groupBy(Object.entries(obstacles), ([, obstacle]) => obstacle)
  const reasons = [...byObstacle].map(
    ([obstacle, entries]) => `${entries.map(([way]) => way).join(' or ')} (${obstacle})`,
  )
  return new UnavailableError({
    code: 'WAY_UNAVAILABLE',
    message: `${machine} can't be split by ${reasons.join(' or ')}`,
    remedy: `Change what the message names, or ${instead}`,
  })
}
