/** A merge that is taken back: groups leave where they came to, and come back to where they left. */
import t from 'tap'
import { foreignGroups, markForeign } from '../../../agent/split/foreign-markers.ts'
import { sampleGroup } from '../group/sample-facts.ts'
import { idle, machine, marksIn, operationId, sampleRoot, taking, units, yielding } from './sample-machine.ts'

t.test('what was yielded is taken back as it ran, whatever the host knows of it', async (t) => {
  const { merge, root, did } = machine(t)
  await merge.yield(yielding)
  did.splice(0)
  const back = { operationId, groups: [{ group: 'mail', units: [] }] }
  t.same((await merge.take(back)).groups, [{ group: 'mail', units }])
  t.same(did, ['mount mail', '+10.77.0.25/24', 'start mail.socket', 'start mail.service'])
  t.same(marksIn(root), [])
})

t.test('a unit that starts no more is told of, and taken back for good with the others', async (t) => {
  const { merge, root } = machine(t)
  await merge.yield(yielding)
  const back = machine(t, { root, broken: ['mail.socket'] })
  const request = { operationId, groups: [{ group: 'mail', units: [] }] }
  t.match(await back.merge.take(request), {
    groups: [{ group: 'mail', units: ['mail.service'] }],
    failures: [{ group: 'mail', unit: 'mail.socket', reason: 'it says no' }],
  })
  back.did.splice(0)
  t.match(
    await back.merge.take(request),
    {
      groups: [{ group: 'mail', units: ['mail.service'] }],
      failures: [{ group: 'mail', unit: 'mail.socket', reason: 'it says no' }],
    },
    'also when the first answer was lost',
  )
  t.same(back.did, [], 'nothing is done once more when it is repeated')
  const coming = machine(t, { groups: idle(), broken: ['mail.socket'] })
  await t.rejects(coming.merge.take(taking), { code: 'START_FAILED' }, 'what comes has to start')
})

t.test(
  'all that was started ends when what was taken goes back, and what is marked again is as it was',
  async (t) => {
    const ran = ['notes.timer', 'notes.service', 'mail.service']
    const root = sampleRoot(t)
    markForeign(root, { name: 'mail', marks: ['mail'], units: ['notes.timer', 'old.service', ...units] })
    const before = marksIn(root)
    const { merge, did } = machine(t, { root, groups: idle(), broken: ['mail.service'], down: units })
    const request = { operationId, groups: [{ group: 'mail', units: ran }] }
    await t.rejects(merge.take(request), { code: 'START_FAILED' })
    t.same(marksIn(root), [], 'nothing of it is foreign here, also what did not run there')
    did.splice(0)
    await merge.yield({ ...yielding, takesBack: true })
    t.same(did, ['stop notes.timer notes.service', 'end mail', 'unmount mail (foreign)', '-10.77.0.25/24'])
    t.same(marksIn(root), before)
  },
)

t.test('a unit that a source names and that runs here already is left alone', async (t) => {
  const root = sampleRoot(t)
  markForeign(root, { name: 'mail', marks: ['mail'], units })
  const { merge, did } = machine(t, { root, groups: idle(), down: units })
  await merge.take({ operationId, groups: [{ group: 'mail', units: ['cron.service', 'mail.service'] }] })
  did.splice(0)
  await merge.yield({ ...yielding, takesBack: true })
  t.equal(did[0], 'stop mail.service')
  t.same(marksIn(root), ['mail.group', ...units].sort())
})

t.test('a unit that does not stop keeps what was taken from starting elsewhere', async (t) => {
  const root = sampleRoot(t)
  markForeign(root, { name: 'mail', marks: ['mail'], units })
  const { merge } = machine(t, { root, groups: idle(), stubborn: true, down: units })
  await merge.take(taking)
  const request = { ...yielding, takesBack: true, graceMilliseconds: 1 }
  await t.rejects(merge.yield(request), {
    code: 'STILL_RUNNING',
    message: /mail\.(socket|service) is active/,
  })
})

t.test('a machine keeps a group that it had before, idle, when one of that name goes back', async (t) => {
  const root = sampleRoot(t)
  const both = () => [
    sampleGroup('mail', { units: ['mail.service'] }),
    sampleGroup('shop', { units: ['shop.service'] }),
  ]
  markForeign(root, { name: 'mail', marks: ['mail'], units })
  const coming = { operationId, groups: [{ group: 'shop', units: ['shop.service'] }, ...taking.groups] }
  const takingBack = { ...yielding, groups: ['shop', 'mail'], takesBack: true }
  await machine(t, { root, groups: both() }).merge.take(coming)
  t.same(marksIn(root), [])

  const failing = machine(t, { root, groups: both(), failing: 'unmount' })
  await t.rejects(failing.merge.yield(takingBack), { code: 'DISK_BROKEN' })
  t.same(foreignGroups(root), new Set(['mail', 'shop']), 'nothing starts before it has ended')

  const again = machine(t, { root, groups: both(), broken: ['shop.timer'] })
  const answer = await again.merge.yield(takingBack)
  t.same(answer.failures, [{ group: 'shop', unit: 'shop.timer', reason: 'it says no' }])
  t.same(marksIn(root), ['mail.group', ...units].sort())

  const more = machine(t, { root, groups: both() })
  t.same(
    (await more.merge.yield(takingBack)).failures,
    answer.failures,
    'also when the first answer was lost',
  )
  t.notOk(more.did.includes('end shop'), 'it is its own again, also when that is asked once more')
})

t.test('what was active of a group that a machine had before is active again', async (t) => {
  const { merge, did, root } = machine(t, { groups: [sampleGroup('shop', { units: ['shop.service'] })] })
  const coming = { operationId, groups: [{ group: 'shop', units: [] }] }
  await merge.take(coming)
  await merge.take(coming)
  did.splice(0)
  await merge.yield({ ...yielding, groups: ['shop'], takesBack: true })
  t.same(did, ['end shop', 'unmount shop (foreign)', '', 'start shop.timer'])
  t.same(marksIn(root), [])
})

t.test('what was not taken is not taken back', async (t) => {
  const { merge, did, root } = machine(t)
  t.same((await merge.yield({ ...yielding, takesBack: true })).groups, [])
  t.notOk(did.includes('end mail'))
  t.same(marksIn(root), [])
})

t.test('taking back where nothing came changes nothing but the marks', async (t) => {
  const { merge, did } = machine(t, { groups: idle().slice(1) })
  const answer = await merge.yield({ ...yielding, takesBack: true })
  t.same(answer.groups, [])
  t.same(
    did.filter((what) => what.startsWith('end')),
    [],
  )
})
