import t from 'tap'
import { startGroup } from '../../../../agent/group/control/start.ts'
import type { GuestSurvey } from '../../../../agent/group/control/types.ts'
import type { Units } from '../../../../agent/systemd/units.ts'
import type { Group } from '../../../../proto/generated/messages.ts'
import { parsePrintedUnits } from '../../systemd/printed-units.ts'
import { sampleGroup } from '../sample-facts.ts'

/** systemd as far as starting needs it: it is not there on every machine that runs this test. */
function unitsThat(states: Record<string, string> = {}) {
  const started: string[] = []
  const refuse = async () => {
    throw new Error('not a part of starting')
  }
  const units: Units = {
    isAvailable: () => true,
    isBooting: refuse,
    show: async (names) =>
      parsePrintedUnits(
        names
          .map((name) => states[name] ?? `Id=${name}\nActiveState=active\nConditionResult=yes`)
          .join('\n\n'),
      ),
    listUserServices: refuse,
    start: async (name) => {
      if (states[name] === 'fails') throw new Error('systemctl said no')
      started.push(name)
    },
    stopSoon: refuse,
    reloadSoon: refuse,
    restartSoon: refuse,
    forgetFailures: refuse,
    powerOff: refuse,
  }
  return { units, started }
}

const groupOf = (name: string, more: Partial<Group> = {}) =>
  sampleGroup(name, {
    state: 'GROUP_STATE_STOPPED',
    declaredIn: '/etc/cleave/groups.d/shop.yaml',
    ...more,
  })

const shop: GuestSurvey = {
  groups: [groupOf('shop'), groupOf('cart')],
  processes: [],
  bonds: [],
  declarations: [{ name: 'shop', start: ['redis-server.service', 'nginx.service'] }],
}
const starts = (guest: GuestSurvey, units: Units, group = 'shop') =>
  startGroup({ survey: async () => guest, units, group, mountDisks: async () => {} })

t.test('units are started in the declared order', async (t) => {
  const { units, started } = unitsThat()
  t.same(await starts(shop, units), { units: ['redis-server.service', 'nginx.service'] })
  t.same(started, ['redis-server.service', 'nginx.service'])
})

t.test('the disks of a group are mounted before its units start, and without them none does', async (t) => {
  const { units, started } = unitsThat()
  const start = (mountDisks: (group: string) => Promise<void>) =>
    startGroup({ survey: async () => shop, units, group: 'shop', mountDisks })
  await t.rejects(
    start(async (group) => {
      throw new Error(`no disk of ${group}`)
    }),
    { message: 'no disk of shop' },
  )
  t.same(started, [])
  await start(async () => void t.same(started, []))
  t.same(started, ['redis-server.service', 'nginx.service'])
  await t.rejects(
    startGroup({ survey: async () => shop, units, group: 'cart', mountDisks: async () => void t.fail() }),
  )
})

t.test('what triggers a unit is started before it, if it is meant to run', async (t) => {
  const state = (id: string, active: string, more: string) =>
    `Id=${id}\nActiveState=${active}\nConditionResult=yes\n${more}`
  const { units, started } = unitsThat({
    'nginx.service': state('nginx.service', 'active', 'TriggeredBy=nginx.socket off.timer on.path'),
    'off.timer': state('off.timer', 'inactive', 'UnitFileState=disabled'),
    'on.path': state('on.path', 'active', 'UnitFileState=enabled'),
  })
  const asleep = state('nginx.socket', 'inactive', 'UnitFileState=enabled')
  let isUp = false
  const withSocket: Units = {
    ...units,
    start: async (name) => {
      isUp ||= name === 'nginx.socket'
      await units.start(name)
    },
    show: async (names, fields) => {
      const showOne = async (name: string) =>
        name === 'nginx.socket' && !isUp ? parsePrintedUnits(asleep) : await units.show([name], fields)
      return (await Promise.all(names.map(showOne))).flat()
    },
  }
  await starts(shop, withSocket)
  t.same(started, ['nginx.socket', 'redis-server.service', 'nginx.service'])
})

t.test('the first unit that does not become active ends it, and what was started is named', async (t) => {
  const failed = 'Id=nginx.service\nActiveState=failed\nResult=exit-code\nConditionResult=yes'
  await t.rejects(starts(shop, unitsThat({ 'nginx.service': failed }).units), {
    code: 'START_FAILED',
    message: /nginx.service did not start: it is failed \(exit-code\); redis-server.service was started/,
  })
  const foreign = 'Id=redis-server.service\nActiveState=inactive\nConditionResult=no'
  await t.rejects(starts(shop, unitsThat({ 'redis-server.service': foreign }).units), {
    message: /a condition of its unit file is not met; nothing was started/,
  })
  await t.rejects(starts(shop, unitsThat({ 'redis-server.service': 'fails' }).units), {
    message: /systemctl said no/,
  })
})

t.test('a oneshot unit has started while it is at work', async (t) => {
  const atWork = 'Id=nginx.service\nActiveState=activating\nType=oneshot\nConditionResult=yes\nResult=success'
  const { units } = unitsThat({ 'nginx.service': atWork })
  const waits: (number | undefined)[] = []
  const start: Units['start'] = async (_name, options) => void waits.push(options?.oneshotMilliseconds)
  await t.resolves(starts(shop, { ...units, start }))
  t.ok(
    waits.every((wait = Number.POSITIVE_INFINITY) => wait < 100_000),
    'it may work for longer than any start',
  )
})

t.test('a oneshot unit has started when it has succeeded', async (t) => {
  const state = (result: string) =>
    `Id=nginx.service\nActiveState=inactive\nType=oneshot\nConditionResult=yes\nResult=${result}`
  await t.resolves(starts(shop, unitsThat({ 'nginx.service': state('success') }).units))
  await t.rejects(starts(shop, unitsThat({ 'nginx.service': state('exit-code') }).units), {
    code: 'START_FAILED',
  })
})

t.test('a group without units, a foreign one and one coupled to a foreign one are refused', async (t) => {
  const { units, started } = unitsThat()
  await t.rejects(starts(shop, units, 'cart'), { code: 'NOT_STARTABLE' })
  await t.rejects(starts(shop, { ...units, isAvailable: () => false }), { code: 'NOT_STARTABLE' })
  const hostile = { ...shop, declarations: [{ name: 'shop', start: ['--now', 'a/b.service'] }] }
  await t.rejects(starts(hostile, units), { code: 'NOT_STARTABLE' })

  const isForeign: Partial<Group> = { state: 'GROUP_STATE_FOREIGN' }
  await t.rejects(starts({ ...shop, groups: [groupOf('shop', isForeign)] }, units), { code: 'FOREIGN_GROUP' })
  const coupled: GuestSurvey = {
    ...shop,
    groups: [groupOf('shop'), groupOf('cart', isForeign)],
    bonds: [{ group: 'cart', other: 'shop', reasons: [] }],
  }
  await t.rejects(starts(coupled, units), { code: 'COUPLED_TO_FOREIGN', message: /cart/ })
  await t.rejects(starts(shop, units, 'nobody'), { code: 'GROUP_NOT_FOUND' })
  t.same(started, [])
})
