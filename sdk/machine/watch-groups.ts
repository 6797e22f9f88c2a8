import { setTimeout as delay } from 'node:timers/promises'
import { BusyError, InvalidRequestError, NotFoundError } from '../../proto/errors.ts'
import { follow, type GroupEvent, type GroupHistory } from '../planning/group-activity.ts'
import { withAgent } from './agent.ts'
import type { Ports } from './ports.ts'

export interface WatchOptions {
  /** From one look to the next, milliseconds: 500 to 3,600,000. @default 2_000 */
  intervalMs?: number
  /** How long a group must rest to be idle, milliseconds. @default 10_000 */
  idleMs?: number
  /** Ends the watch. */
  signal?: AbortSignal
}

const shortestIntervalMs = 500
const longestIntervalMs = 3_600_000

/**
 * Tells what the groups of a machine do, until the caller has heard enough. Each look is a session of its own, so that others
 * get to the agent in between; while an operation has the machine, it waits.
 *
 * @throws InvalidRequestError `BAD_INTERVAL`
 * @throws what withAgent throws
 * @throws the reason of `signal`
 */
export async function* watchGroups(
  ports: Ports,
  name: string,
  options: WatchOptions = {},
): AsyncGenerator<GroupEvent> {
  const { intervalMs = 2_000, idleMs = 10_000, signal } = options
  checkInterval(intervalMs)
  let history: GroupHistory = new Map()
  for (;;) {
    signal?.throwIfAborted()
    const groups = await look(ports, name, signal)
    if (groups !== undefined) {
      const next = follow(history, { groups, at: Date.now(), idleMs })
      history = next.history
      yield* next.events
    }
    await delay(intervalMs, undefined, signal === undefined ? {} : { signal })
  }
}

/**
 * Answers when no process of the groups is left, with what they used. How long that takes is theirs to say: bound it by `signal`.
 *
 * @throws NotFoundError `GROUP_NOT_FOUND` when the machine does not have one of them
 * @throws as {@link watchGroups}
 */
export async function whenDone(
  ports: Ports,
  name: string,
  groups: readonly string[],
  options: WatchOptions = {},
): Promise<GroupEvent[]> {
  const known = await withAgent(ports, name, (agent) => agent.groups(), options)
  const missing = groups.find((group) => !known.groups.some((one) => one.name === group))
  if (missing !== undefined) {
    throw new NotFoundError({
      code: 'GROUP_NOT_FOUND',
      message: `${name} has no group ${missing}`,
      remedy: `See those that it has: cleave groups ${name}`,
    })
  }
  const latest = new Map<string, GroupEvent>()
  if (groups.length === 0) return []
  for await (const event of watchGroups(ports, name, options)) {
    latest.set(event.group, event)
    const ended = groups.flatMap((group) => latest.get(group) ?? [])
    if (ended.length === groups.length && ended.every(({ activity }) => activity === 'done')) return ended
  }
  throw new RangeError('a watch ends only with its caller')
}

/** Undefined while somebody else has the machine. */
async function look(ports: Ports, name: string, signal: AbortSignal | undefined) {
  try {
    const { groups } = await withAgent(ports, name, (agent) => agent.groups(), signal ? { signal } : {})
    return groups
  } catch (error) {
    if (error instanceof BusyError) return undefined
    throw error
  }
}

function checkInterval(milliseconds: number): void {
  if (milliseconds >= shortestIntervalMs && milliseconds <= longestIntervalMs) return
  throw new InvalidRequestError({
    code: 'BAD_INTERVAL',
    message: `${milliseconds} ms from one look to the next is not usable`,
    remedy: `Use ${shortestIntervalMs} to ${longestIntervalMs} ms.`,
  })
}
