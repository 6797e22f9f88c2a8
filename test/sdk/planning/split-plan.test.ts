import t from 'tap'
import { RefusedError } from '../../../proto/errors.ts'
import { planSplit } from '../../../sdk/planning/split-plan.ts'
import type { Workload } from '../../../sdk/planning/workload.ts'

const parent = { name: 'vm', cpus: 1, memoryMiB: 512, memory: 'shared' as const }
const group = (name: string, serviceAddress = '', unrestartable: string[] = []) => ({
  name,
  cpuCores: 0,
  memoryBytes: 0,
  processes: 1,
  running: true,
  unrestartable,
  serviceAddress,
})
const children = [
  { name: 'a', groups: ['workers'] },
  { name: 'b', groups: ['shop'] },
]

t.test('the child with a service address keeps the MAC address', async (t) => {
  const workload: Workload = { groups: [group('workers'), group('shop', '10.77.0.80/24')], bonds: [] }
  t.same(planSplit(parent, workload, { children }).children, [
    { name: 'a', groups: ['workers'], cpus: 1, memoryMiB: 512, keepsMacAddress: false },
    { name: 'b', groups: ['shop'], cpus: 1, memoryMiB: 512, keepsMacAddress: true },
  ])
})

t.test('a parent whose memory no child can map gets a twin first', async (t) => {
  const workload: Workload = { groups: [group('workers'), group('shop')], bonds: [] }
  t.equal(planSplit(parent, workload, { children }).twin, false)
  t.equal(planSplit({ ...parent, memory: 'private' }, workload, { children }).twin, true)
  const suspended = planSplit({ ...parent, memory: 'private' }, workload, { children, way: 'suspend' })
  t.equal(suspended.twin, false, 'a state file takes any memory')
})

t.test('a fork that can not be had gives way to a state file, and to nothing else', async (t) => {
  const workload: Workload = { groups: [group('workers'), group('shop')], bonds: [] }
  const obstacles = { fork: 'the memory file is gone' }
  t.match(planSplit({ ...parent, obstacles }, workload, { children }), {
    way: 'suspend',
    why: "fork can't be had: the memory file is gone",
  })
  t.match(planSplit({ ...parent, obstacles }, workload, { children, way: 'delta' }), { way: 'delta' })
  t.throws(() => planSplit({ ...parent, obstacles }, workload, { children, way: 'fork' }), {
    code: 'WAY_UNAVAILABLE',
    message: /vm .*fork .*the memory file is gone/,
  })
  const bigger = { way: 'suspend' as const, into: 2, configuration: { cpus: 2 } }
  t.throws(() => planSplit(parent, workload, bigger), { code: 'RESOURCES_DIFFER', message: /\(suspend\)/ })
})

t.test('forwards of a parent with user networking go on to children', async (t) => {
  const workload: Workload = { groups: [group('workers'), group('shop', '10.77.0.80/24')], bonds: [] }
  t.notOk('userNetwork' in planSplit(parent, workload, { children }))
  const forward = { hostPort: 8080, guestAddress: '10.77.0.80', guestPort: 80 }
  const alone = { ...parent, userNetwork: { forwards: [forward] } }
  t.same(planSplit(alone, workload, { children }).userNetwork, {
    forwards: [{ ...forward, child: 'b' }],
    unreachable: [],
  })
})

t.test('coupled groups are not parted, and the reason is told', async (t) => {
  const reason = { from: null, to: null, channel: 'CHANNEL_PIPE', evidence: 'pipe 4711' } as const
  const workload: Workload = {
    groups: [group('workers'), group('shop')],
    bonds: [{ group: 'shop', other: 'workers', reasons: [reason] }],
  }
  t.throws(() => planSplit(parent, workload, { children }), { code: 'COUPLED', message: /pipe 4711/ })
  t.throws(() => planSplit(parent, workload, { into: 2 }), RefusedError)
})

t.test('a stateful child with other resources is refused', async (t) => {
  const workload: Workload = { groups: [group('workers')], bonds: [] }
  const wish = (resources: { cpus?: number; memoryMiB?: number }) => ({
    children: [{ name: 'a', groups: ['workers'], ...resources }],
  })
  t.throws(() => planSplit(parent, workload, wish({ cpus: 2 })), { code: 'RESOURCES_DIFFER' })
  t.throws(() => planSplit(parent, workload, wish({ memoryMiB: 256 })), { code: 'RESOURCES_DIFFER' })
  t.doesNotThrow(() => planSplit(parent, workload, wish({ cpus: 1, memoryMiB: 512 })))
})

t.test('a child that boots may have other resources and another configuration', async (t) => {
  const workload: Workload = { groups: [group('workers'), group('shop')], bonds: [] }
  const wish = {
    way: 'delta' as const,
    children: [
      { name: 'a', groups: ['workers'], cpus: 4, memoryMiB: 256, kernelParameters: 'quiet' },
      { name: 'b', groups: ['shop'], diskBytes: 2 ** 34, address: '10.77.0.9/24' },
    ],
  }
  const plan = planSplit({ ...parent, memory: 'private' }, workload, wish)
  t.match(plan, {
    way: 'delta',
    twin: false,
    children: [
      { cpus: 4, memoryMiB: 256, kernelParameters: 'quiet' },
      { cpus: 1, memoryMiB: 512, diskBytes: 2 ** 34, address: '10.77.0.9/24' },
    ],
  })
  t.match(planSplit(parent, workload, { way: 'full', into: 2, configuration: { cpus: 2 } }).children, [
    { cpus: 2, memoryMiB: 512 },
    { cpus: 2, memoryMiB: 512 },
  ])
  const bad = (configuration: object) => ({ way: 'delta' as const, into: 2, configuration })
  for (const resources of [{ cpus: 0 }, { cpus: 1.5 }, { memoryMiB: 64 }]) {
    t.throws(() => planSplit(parent, workload, bad(resources)), { code: 'BAD_RESOURCES' })
  }
  t.throws(() => planSplit(parent, workload, bad({ kernelParameters: 'a\nb' })), {
    code: 'BAD_KERNEL_PARAMETERS',
  })
  t.throws(() => planSplit(parent, workload, bad({ diskBytes: -1 })), { code: 'BAD_RESOURCES' })
  const alone = { ...parent, userNetwork: { forwards: [] } }
  t.throws(() => planSplit(alone, workload, bad({ bridge: 'br1' })), { code: 'NO_BRIDGE' })
})

t.test('a stateful child with another configuration is refused, and told what to do instead', async (t) => {
  const workload: Workload = { groups: [group('workers')], bonds: [] }
  for (const [change, words] of [
    [{ diskBytes: 2 ** 34 }, /another size of its disk/],
    [{ address: '10.77.0.9/24' }, /another address/],
    [{ kernelParameters: 'quiet' }, /command line/],
  ] as const) {
    t.throws(
      () => planSplit(parent, workload, { children: [{ name: 'a', groups: ['workers'], ...change }] }),
      {
        code: 'RESOURCES_DIFFER',
        message: words,
        remedy: /--way delta/,
      },
    )
  }
})

t.test('what no unit starts again ends only when that is allowed', async (t) => {
  const workload: Workload = {
    groups: [group('workers'), group('shop', '', ['vi (42)'])],
    bonds: [],
  }
  const wish = { way: 'delta' as const, into: 2 }
  t.throws(() => planSplit(parent, workload, wish), {
    code: 'NOT_RESTARTABLE',
    message: /shop \(vi \(42\)\)/,
    remedy: /--may-end/,
  })
  t.same(planSplit(parent, workload, { ...wish, mayEnd: ['shop'] }).ending, [
    { group: 'shop', processes: ['vi (42)'] },
  ])
  t.throws(() => planSplit(parent, workload, { ...wish, mayEnd: ['mail'] }), { code: 'GROUP_NOT_FOUND' })
  t.same(planSplit(parent, workload, { into: 2 }).ending, [], 'a fork ends nothing')
})
