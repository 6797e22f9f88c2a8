import fc from 'fast-check'
import t from 'tap'
import type { Group } from '../../../proto/generated/messages.ts'
import { type MergeParty, type MergeRequest, planMerge } from '../../../sdk/planning/merge-plan.ts'
import { edge, group } from '../cli/guest.ts'

const running = [{ pid: 7, startTicks: 70 }]
const disk = (serial: string, mountPoint = `/srv/${serial}`) => ({
  serial,
  uuid: '',
  mountPoint,
  fileSystem: 'ext4',
  options: [],
  iscsi: null,
  nfs: '',
})
const runs = (name: string, more: Partial<Group> = {}) =>
  group({ name, units: [], processes: running, ...more })
const foreign = (name: string, more: Partial<Group> = {}) =>
  group({ name, units: [], state: 'GROUP_STATE_FOREIGN', ...more })

function party(name: string, groups: Group[], more: Partial<MergeParty> = {}): MergeParty {
  return { name, cpus: 1, memoryMiB: 512, disks: [], listed: { groups, bonds: [] }, ...more }
}

const letters = { disks: [disk('letters')] }
const front = party('front', [runs('shop'), foreign('mail', letters), foreign('work')])
const post = party('post', [foreign('shop'), runs('mail', letters), foreign('work')], {
  disks: ['letters', 'other'],
})
const request = (more: Partial<MergeRequest> = {}): MergeRequest => ({
  sources: ['post'],
  restart: true,
  ...more,
})

t.test('all groups of a source move with their disks, and the source ends', async (t) => {
  const plan = planMerge(front, [post], request({ resources: true }))
  t.same(plan.sources, [
    { name: 'post', groups: ['mail'], disks: ['letters'], joined: [], ending: [], left: [], ends: true },
  ])
  t.same(plan.resources, { cpusBefore: 1, cpusAfter: 2, memoryMiBBefore: 512, memoryMiBAfter: 1024 })
})

t.test('a source that keeps a group, or is to be kept, goes on with what it has', async (t) => {
  const both = party('post', [runs('mail'), runs('work')])
  const some = planMerge(front, [both], request({ groups: ['mail'], resources: true }))
  t.same(some.sources[0]?.groups, ['mail'])
  t.equal(some.sources[0]?.ends, false)
  t.equal(some.resources.cpusAfter, 1)
  t.same(some.sources[0]?.left, ['work'])
  t.equal(planMerge(front, [post], request({ keep: true })).sources[0]?.ends, false)
})

t.test('a declared group that rests keeps its machine, for a timer may start it there alone', async (t) => {
  const rests = group({ name: 'backup', units: [], state: 'GROUP_STATE_STOPPED' })
  const plan = (origin: Group['origin']) =>
    planMerge(front, [party('post', [runs('mail'), { ...rests, origin }])], request({ groups: ['mail'] }))
  t.match(plan('GROUP_ORIGIN_DECLARED').sources, [{ left: ['backup'], ends: false }])
  t.match(plan('GROUP_ORIGIN_DISCOVERED').sources, [{ left: [], ends: true }], 'nothing would start it')
})

t.test('several sources at once', async (t) => {
  const work = party('compute', [runs('work')], { cpus: 4, memoryMiB: 2048 })
  const plan = planMerge(front, [post, work], request({ sources: ['post', 'compute'], resources: true }))
  t.same(
    plan.sources.map(({ groups }) => groups),
    [['mail'], ['work']],
  )
  t.same([plan.resources.cpusAfter, plan.resources.memoryMiBAfter], [6, 3072])
})

t.test('what runs is restarted only when that is allowed, or loses nothing', async (t) => {
  t.throws(() => planMerge(front, [post], { sources: ['post'] }), { code: 'STATEFUL', message: /mail/ })
  const stateless = party('post', [runs('mail', { stateless: true })])
  t.same(planMerge(front, [stateless], { sources: ['post'] }).sources[0]?.groups, ['mail'])
  const stopped = party('post', [group({ name: 'mail', units: [], state: 'GROUP_STATE_STOPPED' })])
  t.same(planMerge(front, [stopped], { sources: ['post'] }).sources[0]?.groups, ['mail'])
})

t.test('a stateless group that runs in both ends in the source', async (t) => {
  const cache = runs('cache', { stateless: true })
  const here = party('front', [cache, foreign('mail', letters)])
  const there = party('post', [cache, runs('mail', letters)])
  const plan = planMerge(here, [there], request())
  t.same(plan.sources[0], {
    name: 'post',
    groups: ['mail'],
    disks: [],
    joined: ['cache'],
    ending: [],
    left: [],
    ends: true,
  })
  const stateful = party('front', [runs('cache')])
  t.throws(() => planMerge(stateful, [party('post', [runs('cache')])], request()), {
    code: 'GROUP_RUNS_THERE',
    message: /cache runs in front and in post/,
  })
})

t.test('what two groups want is refused by its name', async (t) => {
  const wants: [Partial<Group>, Partial<Group>, RegExp][] = [
    [{ disks: [disk('a', '/srv/x')] }, { disks: [disk('b', '/srv/x')] }, /both want mount point .srv.x/],
    [{ disks: [disk('a', '/srv/x')] }, { disks: [disk('a', '/srv/y')] }, /both want disk a/],
    [
      { endpoints: [{ name: 'http', protocol: 'tcp', port: 80 }] },
      { endpoints: [{ name: 'web', protocol: 'tcp', port: 80 }] },
      /both want port tcp.80/,
    ],
    [
      { serviceAddresses: ['10.77.0.80/24'] },
      { serviceAddresses: ['10.77.0.80/16'] },
      /both want address 10\.77\.0\.80/,
    ],
  ]
  for (const [one, other, message] of wants) {
    const here = party('front', [runs('shop', one), foreign('mail')])
    t.throws(() => planMerge(here, [party('post', [runs('mail', other)])], request()), {
      code: 'MERGE_CONFLICT',
      message,
    })
    const two = [party('post', [runs('mail', one)]), party('compute', [runs('work', other)])]
    t.throws(() => planMerge(front, two, request({ sources: ['post', 'compute'] })), {
      code: 'MERGE_CONFLICT',
    })
  }
  const left = party('front', [foreign('shop', { disks: [disk('a', '/srv/x')] }), foreign('mail')])
  const comes = party('post', [runs('mail', { disks: [disk('b', '/srv/x')] })])
  t.equal(planMerge(left, [comes], request()).sources.length, 1, 'a foreign group wants nothing')
})

t.test('what nothing would start again is refused, unless it may end', async (t) => {
  const bare = party('front', [runs('shop')])
  t.throws(() => planMerge(bare, [post], request()), {
    code: 'NOT_DECLARED',
    message: /front has no declaration/,
  })
  const found = runs('cron-jobs', { origin: 'GROUP_ORIGIN_DISCOVERED' })
  const with_ = party('post', [runs('mail', letters), found], { disks: ['letters'] })
  t.throws(() => planMerge(front, [with_], request()), {
    code: 'NOT_DECLARED',
    remedy: /--may-end cron-jobs/,
  })
  t.same(planMerge(front, [with_], request({ mayEnd: ['cron-jobs'] })).sources[0]?.ending, ['cron-jobs'])
  const odd = party('post', [runs('mail', { unrestartable: running })])
  t.throws(() => planMerge(front, [odd], request()), { code: 'NOT_RESTARTABLE' })
  t.same(planMerge(front, [odd], request({ mayEnd: ['mail'] })).sources[0]?.groups, ['mail'])
})

t.test('coupled groups are not parted', async (t) => {
  const bonds = [{ group: 'mail', other: 'work', reasons: [edge({ evidence: 'pipe 7' })] }]
  const coupled = party('post', [runs('mail'), runs('work')], {
    listed: { groups: [runs('mail'), runs('work')], bonds },
  })
  t.throws(() => planMerge(front, [coupled], request({ groups: ['mail'] })), {
    code: 'COUPLED',
    message: /mail and work \(pipe 7\)/,
  })
  t.same(planMerge(front, [coupled], request()).sources[0]?.groups, ['mail', 'work'])
})

t.test('what makes no sense is refused', async (t) => {
  t.throws(() => planMerge(front, [front], request()), { code: 'SAME_MACHINE' })
  t.throws(() => planMerge(front, [post, post], request()), { code: 'MACHINE_NAMED_TWICE' })
  t.throws(() => planMerge(front, [], request()), { code: 'NOTHING_TO_MERGE' })
  t.throws(() => planMerge(front, [party('post', [foreign('mail')])], request()), {
    code: 'NOTHING_TO_MERGE',
  })
  t.throws(() => planMerge(front, [post], request({ groups: ['nobody'] })), {
    code: 'GROUP_NOT_FOUND',
    remedy: /mail/,
  })
})

t.test('each group that moves comes from one machine, and nothing else moves', async (t) => {
  const names = ['a', 'b', 'c', 'd', 'e']
  fc.assert(
    fc.property(fc.array(fc.subarray(names), { minLength: 1, maxLength: 3 }), (owned) => {
      const sources = owned.map((own, index) =>
        party(
          `source-${index}`,
          names.map((name) => (own.includes(name) ? runs(name) : foreign(name))),
        ),
      )
      const twice = names.filter((name) => owned.filter((own) => own.includes(name)).length > 1)
      const all = new Set(owned.flat())
      const here = party(
        'here',
        names.map((name) => foreign(name)),
      )
      const wish = request({ sources: sources.map(({ name }) => name) })
      if (twice.length > 0 || all.size === 0) {
        t.throws(() => planMerge(here, sources, wish))
        return
      }
      const plan = planMerge(here, sources, wish)
      t.same(plan.sources.flatMap(({ groups }) => groups).sort(), [...all].sort())
      t.same(
        plan.sources.map(({ groups }) => groups),
        owned.map((own) => names.filter((name) => own.includes(name))),
      )
    }),
  )
})
