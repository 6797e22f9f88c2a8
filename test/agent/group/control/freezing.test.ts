import t from 'tap'
import type { CgroupTree } from '../../../../agent/group/control/cgroup.ts'
import { freezeGroups } from '../../../../agent/group/control/freezer.ts'
import { freezeAll, thawAll } from '../../../../agent/group/control/freezing.ts'
import { thawGroup } from '../../../../agent/group/control/thaw.ts'
import { createRealGuest } from './real-guest.ts'

const sleeping = 'echo ready; sleep 1000'
const boundMilliseconds = 50

t.test('what does not freeze in time is named, and everything runs again', async (t) => {
  await using guest = createRealGuest()
  const cgroups = ['shop', 'mail', 'frozen'].map(guest.cgroup)
  const [shop = '', mail = '', frozen = ''] = cgroups
  for (const cgroup of cgroups) await guest.start({ group: 'all', script: sleeping, cgroup })
  guest.tree.freeze(frozen, true)
  // A process in uninterruptible sleep, as the kernel shows it.
  const tree: CgroupTree = {
    ...guest.tree,
    events: (path) => (path === mail ? { populated: true, frozen: false } : guest.tree.events(path)),
  }
  await t.rejects(freezeGroups({ tree, survey: guest.survey, groups: ['all'], boundMilliseconds }), {
    code: 'NOT_FROZEN',
    message: new RegExp(`^${mail} did not freeze within 50 ms`),
  })
  t.equal(guest.tree.isToldToFreeze(frozen), true, 'that was frozen before')
  t.equal(guest.tree.isToldToFreeze(mail), false)
  t.equal(guest.tree.isToldToFreeze(shop), false)
})

t.test('a group stays frozen when somebody froze what is above it', async (t) => {
  await using guest = createRealGuest()
  const above = guest.cgroup('above')
  const cgroup = guest.cgroup('above/shop')
  await guest.start({ group: 'shop', script: sleeping, cgroup })
  await freezeAll(guest.tree, [above, cgroup])
  await t.rejects(thawGroup(guest.tree, await guest.survey(), 'shop'), {
    code: 'NOT_THAWED',
    message: /above it/,
  })
  await thawAll(guest.tree, [cgroup], boundMilliseconds)
  t.equal(guest.tree.events(cgroup)?.frozen, true)
  await thawAll(guest.tree, [above], boundMilliseconds)
  t.equal(guest.tree.events(cgroup)?.frozen, false)
})

t.test('what is gone is neither frozen nor thawed, and no failure', async (t) => {
  await using guest = createRealGuest()
  await freezeAll(guest.tree, [`${guest.top}/gone`], boundMilliseconds)
  await thawAll(guest.tree, [`${guest.top}/gone`], boundMilliseconds)
  t.same(guest.tree.processes(`${guest.top}/gone`), [])
  t.equal(guest.tree.kill(`${guest.top}/gone`), false)
  t.equal(guest.tree.move(process.pid, `${guest.top}/gone`), false)
  t.equal(guest.tree.remove(`${guest.top}/gone`), true)
})
