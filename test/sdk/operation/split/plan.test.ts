import t from 'tap'
import type { GroupingInput } from '../../../../proto/generated/messages.ts'
import type { Owner } from '../../../../proto/neighbours/neighbours.ts'
import type { AgentClient } from '../../../../sdk/guest/agent-client.ts'
import type { AgentSessions } from '../../../../sdk/guest/agent-sessions.ts'
import type { Hypervisor } from '../../../../sdk/hypervisor/hypervisor.ts'
import type { Ports } from '../../../../sdk/machine/ports.ts'
import { planFor } from '../../../../sdk/operation/split/plan.ts'
import { group, id, listed } from '../../cli/guest.ts'
import { machineRecord } from '../../store/machine-record.ts'

const alice = group({ name: 'alice', origin: 'GROUP_ORIGIN_USER', processes: [id(7)] })

/** Agents of other releases, which can't be had here. */
function agentWith(features: string[]) {
  const asked: (GroupingInput | undefined)[] = []
  const agent = {
    info: async () => ({ features, agentVersion: '0.0.9' }),
    groups: async ({ grouping } = {}) => {
      asked.push(grouping)
      return grouping === 'GROUPING_USER' ? { ...listed, groups: [alice], bonds: [] } : listed
    },
  } as Partial<AgentClient> as AgentClient
  return { asked, agents: { of: async () => agent } as Partial<AgentSessions> as AgentSessions }
}

let owners: Owner[] = []
const hypervisor = {
  obstacles: async () => ({}),
  addressOwners: async () => owners,
} as Partial<Hypervisor> as Hypervisor
const settings = { home: '/nowhere', bridge: 'cleave0', bridgeAddress: '10.77.0.1/24' }
const ports = { hypervisor, settings } as Partial<Ports> as Ports

t.test('an agent that does not know users is not asked to split by them', async (t) => {
  const { agents, asked } = agentWith([])
  const request = { into: 1, grouping: 'user' as const }
  await t.rejects(planFor(ports, { parent: machineRecord({ name: 'vm' }), request, agents }), {
    code: 'AGENT_TOO_OLD',
    message: /vm \(0\.0\.9\)/,
  })
  t.same(asked, [])
  const { plan } = await planFor(ports, { parent: machineRecord(), request: { into: 1 }, agents })
  t.equal(plan.grouping, 'coupling', 'by coupling it splits')
})

t.test('addresses of all declared groups are kept free, whatever is split', async (t) => {
  const { agents } = agentWith(['split-by-user'])
  const byUser = await planFor(ports, {
    parent: machineRecord(),
    request: { into: 1, grouping: 'user' },
    agents,
  })
  t.match(byUser.plan, { grouping: 'user', children: [{ groups: ['alice'] }] })
  const byCoupling = await planFor(ports, { parent: machineRecord(), request: { into: 1 }, agents })
  t.same(byUser.serviceAddresses, ['10.77.0.80/24'])
  t.same(byCoupling.serviceAddresses, ['10.77.0.80/24'])
})

t.test('a service address that somebody else has is no address to move', async (t) => {
  const { agents } = agentWith([])
  const parent = machineRecord()
  const plan = () => planFor(ports, { parent, request: { into: 1 }, agents })
  t.teardown(() => {
    owners = []
  })
  owners = [{ address: '10.77.0.80/24', macAddress: parent.macAddress }]
  t.same(
    (await plan()).addresses.map(({ address, from, to }) => [address, from, to]),
    [['10.77.0.80/24', parent.name, `${parent.name}-1`]],
    'the parent itself has it',
  )
  owners = [...owners, { address: '10.77.0.80/24', macAddress: '02:00:00:00:00:99' }]
  await t.rejects(plan(), { code: 'ADDRESS_IN_USE', message: /10\.77\.0\.80\/24 is at 02:00:00:00:00:99/ })
})
