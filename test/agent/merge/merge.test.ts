/** Groups that leave a machine and come to another one. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { GuestSurvey } from '../../../agent/group/control/types.ts'
import { createMerge } from '../../../agent/merge/merge.ts'
import { foreignGroups, markForeign } from '../../../agent/split/foreign-markers.ts'
import type { Units } from '../../../agent/systemd/units.ts'
import { FailedError, UnavailableError } from '../../../proto/errors.ts'
import type { Bond, DiskReport, Ending, Group } from '../../../proto/generated/messages.ts'
import { sampleGroup, sampleProcess } from '../group/sample-facts.ts'
import { parsePrintedUnits } from '../systemd/printed-units.ts'

/** systemd as `systemctl show` prints it: it is not there on every machine that runs this test. */
const printed: Record<string, string> = {
  'mail.service': 'Id=mail.service\nActiveState=active\nTriggeredBy=mail.socket',
  'mail.socket': 'Id=mail.socket\nActiveState=active',
  'alias.service': 'Id=shop.service',
  'shop.service': 'Id=shop.service\nTriggeredBy=shop.timer',
  'shop.timer': 'Id=shop.timer\nActiveState=active',
  'cron.service': 'Id=cron.service\nActiveState=active\nTriggeredBy=cron.timer',
  'cron.timer': 'Id=cron.timer\nActiveState=active',
}
const started: Record<string, string> = { ActiveState: 'active', ConditionResult: 'yes', Result: 'success' }

interface Facts {
  root?: string
  groups?: Group[]
  bonds?: Bond[]
  ending?: Ending
  /** `absent`: its disks are not there. */
  failing?: 'mount' | 'unmount' | 'absent'
  /** Units that do not start. */
  broken?: string[]
  /** Units that are down before anything is done. */
  down?: string[]
  /** Units stay up when they are stopped. */
  stubborn?: boolean
  /** Addresses that somebody else has. */
  taken?: string[]
}

/** A machine whose group `mail` runs unless the facts say otherwise, and all that was done to it, in order. */
function machine(t: Test, facts: Facts = {}) {
  const root = facts.root ?? sampleRoot(t)
  const did: string[] = []
  const running = new Set<string>()
  const stopped = new Set(facts.down)
  const units = {
    isAvailable: () => true,
    show: async (names: readonly string[]) =>
      parsePrintedUnits(
        names
          .map((name) => {
            const state = stopped.has(name) ? { ActiveState: 'inactive' } : running.has(name) ? started : {}
            const lines = Object.entries(state).map(([key, value]) => `${key}=${value}`)
            return ['ActiveState=inactive', printed[name] ?? `Id=${name}`, ...lines].join('\n')
          })
          .join('\n\n'),
      ),
    start: async (unit: string) => {
      if (facts.broken?.includes(unit)) throw new Error('it says no')
      running.add(unit)
      stopped.delete(unit)
      did.push(`start ${unit}`)
    },
    stopSoon: async (names: readonly string[]) => {
      if (!facts.stubborn) for (const name of names) stopped.add(name)
      did.push(`stop ${names.join(' ')}`)
    },
  } as Partial<Units> as Units
  const groups = facts.groups ?? [
    sampleGroup('mail', {
      units: ['mail.service'],
      processes: [{ pid: 2, startTicks: 1 }],
      serviceAddresses: ['10.77.0.25/24'],
    }),
    sampleGroup('shop', { units: ['shop.service'], processes: [{ pid: 3, startTicks: 1 }] }),
  ]
  const survey = async (): Promise<GuestSurvey> => ({
    groups: groups.map((group) =>
      foreignGroups(root).has(group.name) ? { ...group, state: 'GROUP_STATE_FOREIGN' } : group,
    ),
    processes: groups.flatMap((group) =>
      group.processes.map(({ pid }) => sampleProcess(pid, { group: group.name, unit: group.units[0] ?? '' })),
    ),
    bonds: facts.bonds ?? [],
    declarations: [
      { name: 'mail', start: ['mail.service'] },
      { name: 'shop', start: ['shop.service'] },
    ],
  })
  const disk = async (what: 'mount' | 'unmount', names: readonly string[]): Promise<DiskReport[]> => {
    did.push(`${what} ${names.join(' ')}${foreignGroups(root).size > 0 ? ' (foreign)' : ''}`)
    if (facts.failing === 'absent' && names.length > 0)
      throw new UnavailableError({
        code: 'DISK_NOT_THERE',
        message: 'it did not come',
        remedy: 'Plug it in.',
      })
    if (facts.failing === what)
      throw new FailedError({ code: 'DISK_BROKEN', message: 'it is broken', remedy: 'Mend it.' })
    return []
  }
  const merge = createMerge({
    survey,
    declarations: () =>
      ['mail', 'shop'].map((name) => ({
        name,
        match: { units: [`${name}.service`], users: [], cgroups: [], commands: [], pids: [] },
        start: [`${name}.service`],
        serviceAddress: name === 'mail' ? '10.77.0.25/24' : '',
      })),
    units,
    root,
    isInfrastructure: (unit) => unit === 'syslog.service',
    control: {
      terminate: async ({ group }) => {
        did.push(`end ${group}`)
        const ending = facts.ending ?? 'ENDING_TERMINATED'
        return { processes: [{ id: { pid: 2, startTicks: 1 }, name: 'smtpd', ending }] }
      },
    },
    disks: { mount: (names) => disk('mount', names), unmount: (names) => disk('unmount', names) },
    identity: {
      refuseTaken: async (addresses) => {
        if (facts.taken?.some((one) => addresses.includes(one))) throw new Error('somebody has it')
      },
      serve: async ({ came, gone }) => {
        did.push([...came.map((one) => `+${one}`), ...gone.map((one) => `-${one}`)].join(' '))
        return []
      },
    },
  })
  return { root, did, merge }
}

function sampleRoot(t: Test): string {
  const root = mkdtempSync(join(tmpdir(), 'cleave-'))
  t.teardown(() => rmSync(root, { recursive: true }))
  mkdirSync(join(root, 'var/lib/cleave'), { recursive: true })
  return root
}

const marksIn = (root: string) => {
  const folder = join(root, 'var/lib/cleave/foreign')
  return existsSync(folder) ? readdirSync(folder).sort() : []
}
const operationId = 'merge-1'
const yielding = {
  operationId,
  groups: ['mail'],
  graceMilliseconds: 0,
  freeDisks: false,
  mayEnd: [] as string[],
  takesBack: false,
}
const units = ['mail.socket', 'mail.service']
const taking = { operationId, groups: [{ group: 'mail', units }] }
const idle = () => [
  sampleGroup('mail', { units: ['mail.service'], serviceAddresses: ['10.77.0.25/24'] }),
  sampleGroup('shop', { units: ['shop.service'], processes: [{ pid: 3, startTicks: 1 }] }),
]

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
