import t from 'tap'
import type { CgroupEvents, CgroupTree } from '../../agent/group/control/cgroup.ts'
import { createStateOf } from '../../agent/group-state.ts'
import type { Group, Process } from '../../proto/generated/messages.ts'

const events: Record<string, CgroupEvents> = {
  '/frozen': { populated: true, frozen: true },
  '/running': { populated: true, frozen: false },
}
const tree = { events: (path: string) => events[path] } as CgroupTree
const stateOf = createStateOf({ tree, foreign: () => new Set(['mail']) })
const group = (name: string) => ({ name }) as Group
const members = (...cgroups: string[]) => cgroups.map((cgroup) => ({ cgroup }) as Process)

t.test('a group is frozen only when all of it is', (t) => {
  t.equal(stateOf(group('shop'), members('/frozen', '/frozen')), 'GROUP_STATE_FROZEN')
  t.equal(stateOf(group('shop'), members('/frozen', '/running')), undefined)
  t.equal(stateOf(group('shop'), members('/frozen', '/gone')), undefined)
  t.equal(stateOf(group('shop'), []), undefined)
  t.end()
})

t.test('a user with the name of such a group is somebody else', (t) => {
  const user = { ...group('mail'), origin: 'GROUP_ORIGIN_USER' as const }
  t.equal(stateOf(user, members('/running')), undefined)
  t.equal(stateOf(user, members('/frozen')), 'GROUP_STATE_FROZEN')
  t.end()
})

t.test('a group of another machine is foreign, whoever is left of it', (t) => {
  t.equal(stateOf(group('mail'), []), 'GROUP_STATE_FOREIGN')
  t.equal(stateOf(group('mail'), members('/frozen')), 'GROUP_STATE_FOREIGN')
  t.end()
})
