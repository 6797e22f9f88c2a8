import t from 'tap'
import { follow, type GroupHistory, type Look } from '../../../sdk/planning/group-activity.ts'

type Seen = Look['groups'][number]
const process = { pid: 7, startTicks: 70 }
const seen = (more: Partial<Seen> = {}): Seen => ({
  name: 'work',
  state: 'GROUP_STATE_RUNNING',
  processes: [process],
  cpuCores: 0,
  memoryBytes: 100,
  ...more,
})

/** What is told at each look, one every second. */
function activities(looks: Seen[][]): string[][] {
  let history: GroupHistory = new Map()
  return looks.map((groups, index) => {
    const next = follow(history, { groups, at: index * 1000, idleMs: 2000 })
    history = next.history
    return next.events.map(({ group, activity }) => `${group} ${activity}`)
  })
}

t.test('a group that works, rests, works again and ends', async (t) => {
  const busy = seen({ cpuCores: 0.5 })
  const done = seen({ processes: [], state: 'GROUP_STATE_STOPPED' })
  t.same(activities([[busy], [busy], [seen()], [seen()], [busy], [done], [done], [busy], [busy]]), [
    ['work active'],
    [],
    [],
    ['work idle'],
    ['work active'],
    ['work done'],
    [],
    ['work started'],
    ['work active'],
  ])
})

t.test('a discovered group that is not listed any more is done', async (t) => {
  t.same(activities([[seen()], [], [seen()]]), [['work active'], ['work done'], ['work started']])
})

t.test('what belongs to another machine is not told', async (t) => {
  t.same(activities([[seen({ state: 'GROUP_STATE_FOREIGN' })]]), [[]])
})

t.test('what it used is summed up', async (t) => {
  const first = follow(new Map(), { groups: [seen({ cpuCores: 1, memoryBytes: 300 })], at: 5000, idleMs: 1 })
  const second = follow(first.history, { groups: [seen({ cpuCores: 0.5 })], at: 9000, idleMs: 1 })
  const last = follow(second.history, {
    groups: [seen({ processes: [], memoryBytes: 0 })],
    at: 10_000,
    idleMs: 1,
  })
  t.same(last.events, [{ group: 'work', activity: 'done', cpuSeconds: 2, peakMemoryBytes: 300, at: 10_000 }])
})
