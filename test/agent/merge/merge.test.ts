/** Groups that leave a machine and come to another one. */
import t from 'tap'
import { foreignGroups, markForeign } from '../../../agent/split/foreign-markers.ts'
import { sampleGroup } from '../group/sample-facts.ts'
import {
  type Facts,
  idle,
  machine,
  marksIn,
  operationId,
  sampleRoot,
  taking,
  units,
  yielding,
} from './sample-machine.ts'

t.test('a group that leaves can start no more before it is ended', async (t) => {
  const { merge, root, did } = machine(t)
  const answer = await merge.yield(yielding)
  t.same(answer.groups, [{ group: 'mail', units }])
  t.same(did, ['end mail', 'unmount mail (foreign)', '-10.77.0.25/24'])
  t.same(marksIn(root), ['mail.group', 'mail.service', 'mail.socket'])
  const again = machine(t, { root, groups: idle() })
  t.same((await again.merge.yield(yielding)).groups, answer.groups, 'the same when it is repeated')
})

t.test('a group that comes has its disks before its units may start', async (t) => {
  const root = sampleRoot(t)
  markForeign(root, { name: 'mail', marks: ['mail'], units })
  const { merge, did } = machine(t, { root, groups: idle() })
  const answer = await merge.take(taking)
  t.same(answer.groups, [{ group: 'mail', units }])
  t.same(did, ['mount mail', '+10.77.0.25/24', 'start mail.socket', 'start mail.service'])
  t.same(marksIn(root), [])
})

t.test('a disk that does not come keeps the units from starting', async (t) => {
  const root = sampleRoot(t)
  markForeign(root, { name: 'mail', marks: ['mail'], units })
  const { merge, did } = machine(t, { root, groups: idle(), failing: 'mount' })
  await t.rejects(merge.take(taking), { code: 'DISK_BROKEN' })
  t.same(did, ['mount mail'])
  t.same(marksIn(root), ['mail.service', 'mail.socket'])
  const undone = machine(t, { root, groups: idle() })
  await undone.merge.yield({ ...yielding, takesBack: true })
  t.same(foreignGroups(root), new Set(['mail']))
})

t.test('a source names no units that are not of its groups here', async (t) => {
  const strange = [
    'shop.service',
    'alias.service',
    'shop.timer',
    'other.service',
    'poweroff.target',
    'systemd-poweroff.service',
    'syslog.service',
    '../mail.service',
  ]
  for (const unit of strange) {
    const root = sampleRoot(t)
    markForeign(root, { name: 'mail', marks: ['mail'], units })
    markForeign(root, { name: 'other', marks: ['other'], units: ['other.service'] })
    const { merge, did } = machine(t, { root, groups: idle() })
    const request = { operationId, groups: [{ group: 'mail', units: [...units, unit] }] }
    await t.rejects(merge.take(request), { code: 'UNIT_NOT_OF_GROUP' }, unit)
    t.same(did, [])
    t.same(marksIn(root), ['mail.group', ...units, 'other.group', 'other.service'].sort())
  }
})

t.test('a group may have run in units that no declaration names', async (t) => {
  const ran = ['worker@1.service', 'notes.timer', 'anna.service']
  const root = sampleRoot(t)
  markForeign(root, { name: 'user-anna', marks: ['mail'], units: ['anna.service'] })
  markForeign(root, { name: 'mail', marks: [], units: ['notes.timer'] })
  const { merge } = machine(t, { root, groups: idle() })
  const answer = await merge.take({ operationId, groups: [{ group: 'mail', units: ran }] })
  t.same(answer.groups, [{ group: 'mail', units: ran }])
  t.same(marksIn(root), [])
})

t.test('an address that somebody else has is not brought up, and nothing starts', async (t) => {
  const root = sampleRoot(t)
  markForeign(root, { name: 'mail', marks: ['mail'], units })
  const { merge, did } = machine(t, { root, groups: idle(), taken: ['10.77.0.25/24'] })
  await t.rejects(merge.take(taking), /somebody has it/)
  t.same(did, ['mount mail'])
  t.same(marksIn(root), ['mail.service', 'mail.socket'])
})

t.test('a group that did not run comes without the disks that it never had', async (t) => {
  const root = sampleRoot(t)
  const { merge, did } = machine(t, { root, groups: idle(), failing: 'absent' })
  const answer = await merge.take({ operationId, groups: [{ group: 'mail', units: [] }] })
  t.same(answer.groups, [{ group: 'mail', units: [] }])
  t.same(did, ['mount ', 'mount mail', '+10.77.0.25/24'])
  t.match(answer.disks, [{ group: 'mail', mountPoint: '', detail: 'it did not come' }])
  await t.rejects(merge.take(taking), { code: 'DISK_NOT_THERE' }, 'one that ran needs them')
})

t.test('a process that does not end keeps its disk', async (t) => {
  const { merge, did, root } = machine(t, { ending: 'ENDING_STILL_RUNNING' })
  await t.rejects(merge.yield(yielding), { code: 'STILL_RUNNING', message: /smtpd \(pid 2\)/ })
  t.same(did, ['end mail'])
  t.same(foreignGroups(root), new Set(['mail']), "it is no machine's until it is taken back")
})

t.test('what would run twice or not at all is refused, and nothing is changed', async (t) => {
  const refused = async (facts: Facts, request: Partial<typeof yielding>, code: string) => {
    const { merge, did, root } = machine(t, facts)
    await t.rejects(merge.yield({ ...yielding, ...request }), { code })
    t.same(did, [])
    t.same(marksIn(root).length, facts.root === undefined ? 0 : 1)
  }
  const reasons = [{ from: null, to: null, channel: 'CHANNEL_PIPE' as const, evidence: 'pipe 7' }]
  await refused({ bonds: [{ group: 'mail', other: 'shop', reasons }] }, {}, 'GUEST_CHANGED')
  await refused({}, { groups: ['nobody'] }, 'GROUP_NOT_FOUND')
  await refused({}, { groups: ['mail', 'mail'] }, 'GROUP_NAMED_TWICE')
  await refused({}, { operationId: '../x' }, 'BAD_OPERATION_ID')
  const root = sampleRoot(t)
  markForeign(root, { name: 'mail', marks: ['mail'], units: [] })
  await refused({ root }, {}, 'FOREIGN_GROUP')
  const odd = [sampleGroup('mail', { unrestartable: [{ pid: 2, startTicks: 1 }] })]
  await refused({ groups: odd }, {}, 'NOT_RESTARTABLE')
  const { merge, did } = machine(t)
  await t.rejects(merge.take({ operationId, groups: [{ group: 'nobody', units: [] }] }), {
    code: 'GROUP_NOT_FOUND',
    remedy: /groups\.d\/nobody\.yaml/,
  })
  t.same(did, [])
})
