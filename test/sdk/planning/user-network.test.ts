import fc from 'fast-check'
import t from 'tap'
import { forwardsOf, planUserNetwork } from '../../../sdk/planning/user-network.ts'
import type { Forward } from '../../../sdk/store/records.ts'

const group = (name: string, fields: { serviceAddress?: string; tcpPorts?: number[] } = {}) => ({
  name,
  cpuCores: 0,
  memoryBytes: 0,
  processes: 1,
  running: true,
  unrestartable: [],
  serviceAddress: '',
  ...fields,
})
const own = '10.0.2.15'
const groups = [
  group('workers'),
  group('shop', { serviceAddress: '10.77.0.80/24', tcpPorts: [80] }),
  group('mail', { serviceAddress: '10.77.0.25/24', tcpPorts: [25, 80] }),
]
const children = [
  { name: 'a', groups: ['mail'], keepsMacAddress: false },
  { name: 'b', groups: ['shop'], keepsMacAddress: true },
  { name: 'c', groups: ['workers', 'mail'], keepsMacAddress: false },
]
const childOf = (guestAddress: string, guestPort: number) =>
  planUserNetwork({
    network: { forwards: [{ hostPort: 1, guestAddress, guestPort }] },
    children,
    groups,
  }).forwards.map(({ child }) => child)

t.test('a forward goes with the group that it leads to', async (t) => {
  t.same(childOf('10.77.0.25', 80), ['a'], 'by the service address, whatever has that port')
  t.same(childOf(own, 80), ['b'], 'by the port, the first that has it')
  t.same(childOf(own, 25), ['a'], 'a group in several children: in the first of them')
  t.same(childOf(own, 22), ['b'], 'of no group: with the MAC address')
})

t.test('service addresses that nothing leads to', async (t) => {
  const unreachable = (...forwards: { hostPort: number; guestAddress: string; guestPort: number }[]) =>
    planUserNetwork({ network: { forwards }, children, groups }).unreachable
  t.same(unreachable(), ['shop', 'mail'])
  t.same(unreachable({ hostPort: 8080, guestAddress: own, guestPort: 80 }), ['mail'])
  t.same(unreachable({ hostPort: 8025, guestAddress: '10.77.0.25', guestPort: 25 }), ['shop'])
})

t.test('each forward goes to exactly one child, as it was', async () => {
  const forward = fc.record({
    hostPort: fc.integer({ min: 1, max: 65_535 }),
    guestAddress: fc.constantFrom(own, '10.77.0.80', '10.77.0.25'),
    guestPort: fc.constantFrom(22, 25, 80),
  })
  fc.assert(
    fc.property(fc.uniqueArray(forward, { selector: ({ hostPort }) => hostPort }), (forwards) => {
      const plan = planUserNetwork({ network: { forwards }, children, groups })
      const given = children.flatMap(({ name }) => forwardsOf(plan, name))
      const byPort = (list: Forward[]) => JSON.stringify(list.toSorted((a, b) => a.hostPort - b.hostPort))
      return byPort(given) === byPort(forwards)
    }),
  )
})
