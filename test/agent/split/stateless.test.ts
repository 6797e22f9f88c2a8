/** What a parent that powers off leaves to children that boot, and what these make of it. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createOccupancy } from '../../../agent/group/control/occupancy.ts'
import type { GuestSurvey } from '../../../agent/group/control/types.ts'
import type { StoredIdentity } from '../../../agent/identity/stored.ts'
import type { GuestIdentity } from '../../../agent/identity/types.ts'
import { foreignGroups } from '../../../agent/split/foreign-markers.ts'
import { createSplit } from '../../../agent/split/split.ts'
import type { Units } from '../../../agent/systemd/units.ts'
import { FailedError } from '../../../proto/errors.ts'
import type { Group } from '../../../proto/generated/messages.ts'
import { sampleGroup, sampleProcess } from '../group/sample-facts.ts'
import { parsePrintedUnits } from '../systemd/printed-units.ts'

const uuidOf = (number: number) => `00000000-0000-4000-8000-00000000000${number}`
/** It changes the machine that it runs on: test/agent/identity has that in namespaces. */
const guestIdentity = {
  lookForChildren: async () => () => ({ items: [], stored }),
  applyStored: async () => [],
} as Partial<GuestIdentity> as GuestIdentity
const identity = { hostname: 'front', machineId: '', network: null }
const stored: StoredIdentity = { version: 1, ...identity, settled: false }
const operation = { operationId: 'split-1' }
const request = {
  ...operation,
  children: [
    { name: 'front', groups: ['shop'], identity, uuid: uuidOf(1) },
    { name: 'back', groups: ['mail', 'idle'], identity, uuid: uuidOf(2) },
  ],
  replicated: [] as string[],
  mayEnd: [] as string[],
  grouping: 'GROUPING_UNSPECIFIED' as const,
}

/** systemd as `systemctl show` prints it: it is not there on every machine that runs this test. */
const printed: Record<string, string> = {
  'shop.service': 'Id=shop.service\nActiveState=active\nTriggeredBy=shop.socket',
  'shop.socket': 'Id=shop.socket\nActiveState=active',
  'mail.service': 'Id=mail.service\nActiveState=active\nTriggeredBy=mail.timer',
  'mail.timer': 'Id=mail.timer\nActiveState=inactive',
  'idle.service': 'Id=idle.service\nActiveState=inactive',
}

function sampleRoot(t: Test): string {
  const root = mkdtempSync(join(tmpdir(), 'cleave-'))
  t.teardown(() => rmSync(root, { recursive: true }))
  for (const folder of ['var/lib/cleave', 'run/cleave']) mkdirSync(join(root, folder), { recursive: true })
  return root
}

interface Facts {
  root?: string
  show?: Record<string, string>
  groups?: Group[]
  mountDisks?: (group: string) => Promise<void>
}

function machine(t: Test, facts: Facts = {}) {
  const root = facts.root ?? sampleRoot(t)
  const started: string[] = []
  const shown = { ...printed, ...facts.show }
  const units = {
    isAvailable: () => true,
    show: async (names: readonly string[]) =>
      parsePrintedUnits(names.map((name) => shown[name] ?? `Id=${name}`).join('\n\n')),
    start: async (unit: string) => {
      if (unit === 'broken.service') {
        throw new FailedError({ code: 'SYSTEMD_FAILED', message: 'it exited with 1', remedy: 'Look.' })
      }
      started.push(unit)
    },
  } as Partial<Units> as Units
  const groups = facts.groups ?? [
    groupOf('shop', 1, ['shop.service']),
    groupOf('mail', 2, ['mail.service']),
    groupOf('idle', 0, ['idle.service']),
  ]
  const processes = groups.flatMap((group) =>
    group.processes.map(({ pid }) => sampleProcess(pid, { group: group.name, unit: group.units[0] ?? '' })),
  )
  const survey = async (): Promise<GuestSurvey> => ({ groups, processes, bonds: [], declarations: [] })
  const split = createSplit({
    survey,
    occupancy: createOccupancy(),
    identity: guestIdentity,
    units,
    root,
    startAdopter: () => {
      throw new Error('nothing is adopted')
    },
    ...(facts.mountDisks && { mountDisks: facts.mountDisks }),
  })
  return { root, split, started }
}

function groupOf(name: string, pid: number, units: string[]): Group {
  return sampleGroup(name, { units, processes: pid === 0 ? [] : [{ pid, startTicks: 1 }] })
}

const childFolder = (root: string, number: number) => join(root, 'var/lib/cleave/children', uuidOf(number))

/** As packaging/agent/root/usr/lib/cleave/become-child does it. */
function becomeChild(t: Test, parent: string, number: number): string {
  const root = sampleRoot(t)
  cpSync(childFolder(parent, number), join(root, 'var/lib/cleave'), { recursive: true })
  return root
}

t.test('every group is held in every child, with what triggers it', async (t) => {
  const { root, split } = machine(t)
  t.same(await split.bequeath(request), {
    groups: [
      { group: 'shop', units: ['shop.socket', 'shop.service'] },
      { group: 'mail', units: ['mail.service'] },
      { group: 'idle', units: [] },
    ],
  })
  const held = [
    'idle.group',
    'idle.service',
    'mail.group',
    'mail.service',
    'mail.timer',
    'shop.group',
    'shop.service',
    'shop.socket',
  ]
  for (const number of [1, 2]) t.same(readdirSync(join(childFolder(root, number), 'foreign')).sort(), held)
  t.notOk(existsSync(join(root, 'var/lib/cleave/foreign')), 'nothing is held in the parent')
})

t.test('a child lets its own groups go, and starts what ran', async (t) => {
  const parent = machine(t)
  await parent.split.bequeath(request)
  await t.test('the front', async (t) => {
    const root = becomeChild(t, parent.root, 1)
    const { split, started } = machine(t, { root })
    t.same([...foreignGroups(root)].sort(), ['idle', 'mail', 'shop'])
    const answer = await split.inherit(operation)
    t.match(answer, { groups: [{ group: 'shop', units: ['shop.socket', 'shop.service'] }], failures: [] })
    t.same([...foreignGroups(root)].sort(), ['idle', 'mail'])
    t.same(started, ['shop.socket', 'shop.service'], 'what triggers a service goes first')
    t.same(await split.inherit(operation), answer, 'the same answer again')
    t.same(
      await machine(t, { root }).split.inherit(operation),
      answer,
      'also when the agent was started anew',
    )
    t.equal(started.length, 2, 'and nothing is started twice')
  })
  await t.test('the back, which lost power in between', async (t) => {
    const root = becomeChild(t, parent.root, 2)
    const { split, started } = machine(t, { root })
    t.match(await split.inherit(operation), {
      groups: [
        { group: 'mail', units: ['mail.service'] },
        { group: 'idle', units: [] },
      ],
    })
    t.same(started, ['mail.service'], 'what did not run does not start')
    t.same([...foreignGroups(root)], ['shop'])
  })
})

t.test('a unit that does not start is told, and keeps no other from it', async (t) => {
  const show = {
    'shop.service': 'Id=broken.service\nActiveState=active',
    'broken.service': 'Id=broken.service\nActiveState=active',
    'mail.service': 'Id=mail.service\nActiveState=active\nConditionResult=no',
  }
  const parent = machine(t, { show })
  const all = { ...request, children: [{ ...request.children[0], groups: ['shop', 'mail', 'idle'] }] }
  await parent.split.bequeath(all as typeof request)
  const { split } = machine(t, { root: becomeChild(t, parent.root, 1), show })
  const { failures } = await split.inherit(operation)
  t.match(failures, [
    { group: 'shop', unit: 'broken.service', reason: /exited with 1/ },
    { group: 'mail', unit: 'mail.service', reason: /condition/ },
  ])
})

t.test(
  'disks are mounted before the units that run on them, and without them these do not start',
  async (t) => {
    const parent = machine(t)
    const all = { ...request, children: [{ ...request.children[0], groups: ['shop', 'mail', 'idle'] }] }
    await parent.split.bequeath(all as typeof request)
    const asked: string[] = []
    const { split, started } = machine(t, {
      root: becomeChild(t, parent.root, 1),
      mountDisks: async (group) => {
        asked.push(`${group} after ${started.length}`)
        if (group !== 'shop') return
        throw new FailedError({ code: 'MOUNT_FAILED', message: 'no disk', remedy: 'Attach it.' })
      },
    })
    t.match(await split.inherit(operation), {
      groups: [
        { group: 'shop', units: [] },
        { group: 'mail', units: ['mail.service'] },
        { group: 'idle', units: [] },
      ],
      failures: [
        { group: 'shop', unit: 'shop.socket', reason: 'no disk' },
        { group: 'shop', unit: 'shop.service', reason: 'no disk' },
      ],
    })
    t.same(asked, ['shop after 0', 'mail after 0'], 'what does not run needs none')
    t.same(started, ['mail.service'])
  },
)

t.test('what nothing starts again is refused, unless it may end', async (t) => {
  const shell = { ...groupOf('shell', 7, []), unrestartable: [{ pid: 7, startTicks: 1 }] }
  const children = [{ name: 'front', groups: ['shell'], identity, uuid: uuidOf(1) }]
  const { root, split } = machine(t, { groups: [shell] })
  await t.rejects(split.bequeath({ ...request, children }), { code: 'NOT_RESTARTABLE', message: /process 7/ })
  t.notOk(existsSync(join(root, 'var/lib/cleave/children')))
  t.match(await split.bequeath({ ...request, children, mayEnd: ['shell'] }), {
    groups: [{ group: 'shell', units: [] }],
  })
  const passing = machine(t, {
    groups: [groupOf('shop', 1, ['shop.service'])],
    show: { 'shop.service': 'Id=shop.service\nActiveState=active\nTransient=yes' },
  })
  const shop = [{ name: 'front', groups: ['shop'], identity, uuid: uuidOf(1) }]
  await t.rejects(passing.split.bequeath({ ...request, children: shop }), {
    code: 'NOT_RESTARTABLE',
    message: /shop\.service was made for this boot alone/,
  })
})

t.test('what was taken back leaves nothing, and what was not left is not inherited', async (t) => {
  const { root, split } = machine(t)
  await t.rejects(split.inherit(operation), { code: 'NOT_BEQUEATHED' })
  await split.bequeath(request)
  await split.release(operation)
  t.notOk(existsSync(join(root, 'var/lib/cleave/children')))
  await t.rejects(split.bequeath(request), { code: 'OPERATION_RELEASED' }, 'a late call')
  await t.rejects(
    split.bequeath({
      ...request,
      ...operation,
      children: request.children.slice(0, 1),
      operationId: 'split-2',
    }),
    {
      code: 'GUEST_CHANGED',
      message: /mail/,
    },
  )
  const stale = becomeChild(t, (await bequeathed(t)).root, 1)
  await t.rejects(machine(t, { root: stale }).split.inherit({ operationId: 'split-9' }), {
    code: 'NOT_BEQUEATHED',
  })
  t.match(readFileSync(join(stale, 'var/lib/cleave/inheritance.json'), 'utf8'), /"split-1"/)
})

async function bequeathed(t: Test) {
  const parent = machine(t)
  await parent.split.bequeath(request)
  return parent
}
