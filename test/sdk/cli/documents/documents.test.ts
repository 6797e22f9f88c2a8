import t from 'tap'
import { FailedError, RefusedError } from '../../../../proto/errors.ts'
import { errorDocument } from '../../../../sdk/cli/documents/error.ts'
import { edgeDocument, groupsDocument, processDocument } from '../../../../sdk/cli/documents/groups.ts'
import { lifeOf, machineDocument } from '../../../../sdk/cli/documents/machine.ts'
import { operationDocument } from '../../../../sdk/cli/documents/operation.ts'
import { planDocument } from '../../../../sdk/cli/documents/split.ts'
import { machineRecord } from '../../store/machine-record.ts'
import { edge, group, id, listed, process } from '../guest.ts'

t.test('a machine: these fields, and no others that the store keeps', async (t) => {
  const document = machineDocument(machineRecord({ parent: 'old' }), 'running')
  t.same(Object.keys(document).sort(), [
    'address',
    'backing',
    'bridge',
    'cpus',
    'createdAt',
    'directory',
    'disk',
    'disks',
    'forwards',
    'gateway',
    'id',
    'macAddress',
    'memory',
    'memoryMiB',
    'name',
    'network',
    'parent',
    'state',
    'status',
    'tap',
  ])
  t.equal(document.createdAt, '2023-11-14T22:13:20.000Z')
  t.equal(machineDocument(machineRecord(), 'absent').parent, null)
  t.match(document, { network: 'bridge', forwards: [], bridge: 'cleave0' })
  const userNetwork = { forwards: [{ hostPort: 8080, guestAddress: '10.0.2.15', guestPort: 80 }] }
  const alone = { network: 'user', forwards: userNetwork.forwards, bridge: null, tap: null }
  t.match(machineDocument(machineRecord({ userNetwork }), 'absent'), alone)
})

t.test('one word for the life of a machine', async (t) => {
  t.equal(lifeOf({ state: 'running', status: 'running' }), 'running')
  t.equal(lifeOf({ state: 'running', status: 'absent' }), 'ended')
  t.equal(lifeOf({ state: 'stopped', status: 'absent' }), 'stopped')
  t.equal(lifeOf({ state: 'split', status: 'absent' }), 'split')
  t.equal(lifeOf({ state: 'preparing', status: 'waiting' }), 'preparing (waiting)')
  t.equal(lifeOf({ state: 'running', status: 'unknown' }), 'running (unknown)')
})

t.test('groups have plain words for what the wire enumerates', async (t) => {
  const document = groupsDocument('vm', listed)
  t.match(document, {
    machine: 'vm',
    groups: [
      {
        name: 'shop',
        origin: 'declared',
        state: 'running',
        serviceAddress: '10.77.0.80/24',
        serviceAddresses: ['10.77.0.80/24'],
      },
      { name: 'mail', origin: 'discovered', serviceAddress: null, declaredIn: null },
      { name: 'idle', state: 'stopped' },
    ],
    edges: [{ from: { pid: 812, startTicks: 8120 }, to: { pid: 901 }, channel: 'unix-socket' }],
    bonds: [
      { group: 'shop', other: 'mail', reasons: [{ from: null, to: null, channel: 'declaration' }, {}] },
    ],
  })
  t.equal(document.processes.length, listed.processes.length)
  t.match(processDocument(process({ pid: 5 })), { pid: 5, startTicks: 50, group: 'shop' })
  t.equal(edgeDocument(edge({ channel: 'CHANNEL_SYSTEM_V_IPC', from: id(1) })).channel, 'system-v-ipc')
})

t.test('an operation whose process has gone is interrupted', async (t) => {
  const record = {
    id: 'split-1',
    kind: 'split',
    state: 'running',
    machine: 'vm',
    owner: { pid: 7, startTicks: 70 },
    plan: { secret: true },
    startedAt: 1_700_000_000_000,
  } as const
  t.equal(operationDocument(record, true).state, 'running')
  const document = operationDocument(record, false)
  t.same(document, {
    id: 'split-1',
    kind: 'split',
    state: 'interrupted',
    machine: 'vm',
    processId: 7,
    startedAt: '2023-11-14T22:13:20.000Z',
    endedAt: null,
    error: null,
    failures: [],
  })
  const failures = [{ machine: 'back', group: 'shop', unit: 'shop.service', reason: 'no memory' }]
  t.same(operationDocument({ ...record, state: 'done', failures }, false).failures, failures)
})

t.test('a plan adds up what the groups of each child use', async (t) => {
  const plan = {
    way: 'suspend',
    why: "fork can't be had",
    twin: false,
    replicated: [],
    parent: 'vm',
    cpus: 1,
    memoryMiB: 1024,
    children: [
      { name: 'a', groups: ['shop', 'mail'], keepsMacAddress: true },
      { name: 'b', groups: ['gone'], keepsMacAddress: false },
    ],
    routes: [],
    addresses: [{ address: '10.0.0.9/24', group: 'shop', from: 'vm', to: 'b' }],
  } as const
  const groups = [
    group({ name: 'shop', cpuCores: 0.5, memoryBytes: 3 }),
    group({ name: 'mail', cpuCores: 0.25, memoryBytes: 4 }),
  ]
  const document = planDocument(plan as never, { groups })
  t.match(document, { way: 'suspend', why: "fork can't be had" })
  t.same([document.routes, document.addresses], [plan.routes, plan.addresses])
  t.match(document.children, [
    { name: 'a', cpuCores: 0.75, memoryBytes: 7, keepsMacAddress: true },
    { name: 'b', cpuCores: 0, memoryBytes: 0 },
  ])
})

t.test('an error keeps its code, and that of what made it happen', async (t) => {
  const cause = new RefusedError({ code: 'COUPLED', message: 'no', remedy: 'r' })
  const error = new FailedError({ code: 'OPERATION_UNDONE', message: 'm', remedy: 'r', cause })
  t.same(errorDocument(error), {
    code: 'OPERATION_UNDONE',
    message: 'm',
    remedy: 'r',
    cause: { code: 'COUPLED', message: 'no' },
  })
  t.match(errorDocument(new Error('boom')), { code: 'UNEXPECTED', message: 'boom', remedy: /CLEAVE_DEBUG/ })
  t.match(errorDocument('boom'), { code: 'UNEXPECTED', message: 'boom' })
})
