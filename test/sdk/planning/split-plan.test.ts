import t from 'tap'
import { RefusedError } from '../../../proto/errors.ts'
import { planSplit } from '../../../sdk/planning/split-plan.ts'
import type { Workload } from '../../../sdk/planning/workload.ts'

const parent = { name: 'vm', cpus: 1, memoryMiB: 512, memory: 'shared' as const }
const group = (name: string, serviceAddress = '') => ({
  name,
  cpuCores: 0,
  memoryBytes: 0,
  processes: 1,
  running: true,
  serviceAddress,
})
const children = [
  { name: 'a', groups: ['workers'] },
  { name: 'b', groups: ['shop'] },
]

t.test('the child with a service address keeps the MAC address', async (t) => {
  const workload: Workload = { groups: [group('workers'), group('shop', '10.77.0.80/24')], bonds: [] }
  t.same(planSplit(parent, workload, { children }).children, [
    { name: 'a', groups: ['workers'], keepsMacAddress: false },
    { name: 'b', groups: ['shop'], keepsMacAddress: true },
  ])
})

t.test('a parent whose memory no child can map gets a twin first', async (t) => {
  const workload: Workload = { groups: [group('workers'), group('shop')], bonds: [] }
  t.equal(planSplit(parent, workload, { children }).twin, false)
  t.equal(planSplit({ ...parent, memory: 'private' }, workload, { children }).twin, true)
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
