/** What groups do, from looks at a guest one after the other. Pure. */
import type { Group } from '../../proto/generated/messages.ts'

/**
 * `started`: a process is there, and none was. `active`, `idle`: its processes use the processors, or have not for a while.
 * `done`: none is there any more, or was from the first look on.
 */
export type GroupActivity = 'started' | 'active' | 'idle' | 'done'

export interface GroupEvent {
  group: string
  activity: GroupActivity
  /** What its processes used since the first look, as seconds of one processor: the sum of measures between two looks. */
  cpuSeconds: number
  /** The most resident memory that was seen. */
  peakMemoryBytes: number
  /** Of the look, by the caller's clock. */
  at: number
}

/** What is known of the groups from the looks so far. */
export type GroupHistory = ReadonlyMap<string, Known>

interface Known extends GroupEvent {
  /** When it last used a processor. */
  busyAt: number
}

export interface Look {
  groups: readonly Pick<Group, 'name' | 'state' | 'processes' | 'cpuCores' | 'memoryBytes'>[]
  /** Milliseconds. */
  at: number
  /** How long a group must rest to be idle, milliseconds. */
  idleMs: number
}

/** Less of a processor than this is a timer that looks whether there is work. */
const restingCores = 0.02

/**
 * Groups that are foreign are left out: they do what they do elsewhere. One that is not listed any more is done.
 *
 * @returns what is known from now on, and an event for each group that does something else than before; at the first look for all
 */
export function follow(history: GroupHistory, look: Look): { history: GroupHistory; events: GroupEvent[] } {
  const own = look.groups.filter(({ state }) => state !== 'GROUP_STATE_FOREIGN')
  const listed = new Map(own.map((group) => [group.name, group]))
  const gone = [...history.keys()].filter((name) => !listed.has(name)).map(absent)
  const next = new Map<string, Known>()
  const events: GroupEvent[] = []
  for (const group of [...own, ...gone]) {
    const before = history.get(group.name)
    const known = advance(before, group, look)
    next.set(group.name, known)
    if (before?.activity === known.activity) continue
    const { busyAt: _, ...event } = known
    events.push(event)
  }
  return { history: next, events }
}

function advance(before: Known | undefined, group: Look['groups'][number], { at, idleMs }: Look): Known {
  const seconds = (at - (before?.at ?? at)) / 1000
  const isBusy = group.cpuCores >= restingCores
  const busyAt = isBusy ? at : (before?.busyAt ?? at)
  return {
    group: group.name,
    activity: activityOf(before, group, { isBusy, restMs: at - busyAt, idleMs }),
    cpuSeconds: (before?.cpuSeconds ?? 0) + group.cpuCores * seconds,
    peakMemoryBytes: Math.max(before?.peakMemoryBytes ?? 0, group.memoryBytes),
    at,
    busyAt,
  }
}

function activityOf(
  before: Known | undefined,
  { processes }: Look['groups'][number],
  { isBusy, restMs, idleMs }: { isBusy: boolean; restMs: number; idleMs: number },
): GroupActivity {
  if (processes.length === 0) return 'done'
  if (before?.activity === 'done') return 'started'
  if (isBusy || before === undefined) return 'active'
  return restMs >= idleMs ? 'idle' : before.activity
}

const absent = (name: string): Look['groups'][number] => ({
  name,
  state: 'GROUP_STATE_STOPPED',
  processes: [],
  cpuCores: 0,
  memoryBytes: 0,
})
