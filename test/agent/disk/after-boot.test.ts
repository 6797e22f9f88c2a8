/** What comes back after a boot, and what does not. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { mountAfterBoot } from '../../../agent/disk/after-boot.ts'
import type { GuestDisks } from '../../../agent/disk/types.ts'
import { createOccupancy } from '../../../agent/group/control/occupancy.ts'
import { parseDeclaration } from '../../../agent/group/declaration/parse.ts'
import type { Units } from '../../../agent/systemd/units.ts'
import { FailedError, UnavailableError } from '../../../proto/errors.ts'
import { parsePrintedUnits } from '../systemd/printed-units.ts'

const declare = (name: string, units: string, disks = '[{ serial: one, mountPoint: /data }]') => {
  const { declaration } = parseDeclaration(
    `match: { units: [${units}] }\ndisks: ${disks}\n`,
    `/g/${name}.yaml`,
  )
  if (declaration === undefined) throw new Error('not declared')
  return declaration
}

const declarations = [
  declare('shop', 'shop.service, cron.service'),
  declare('mail', 'mail.service'),
  declare('foreign', 'foreign.service'),
  declare('plain', 'plain.service', '[]'),
]

/** A guest in which the disks of a group come at the given try, or never. */
function guestWith(
  t: Test,
  comesAt: Record<string, number>,
  states: Record<string, string> = {},
  bootLooks = 99,
) {
  const mounted: string[] = []
  const started: string[] = []
  const tries = new Map<string, number>()
  let looks = 0
  const refuse = async () => {
    throw new Error('not a part of a boot')
  }
  const disks: GuestDisks = {
    networkStorage: async () => [],
    list: refuse,
    unmount: refuse,
    async mount({ groups: [group = ''] }) {
      tries.set(group, (tries.get(group) ?? 0) + 1)
      if ((tries.get(group) ?? 0) < (comesAt[group] ?? Number.POSITIVE_INFINITY)) {
        throw new UnavailableError({ code: 'DISK_NOT_THERE', message: 'not there', remedy: 'Wait.' })
      }
      mounted.push(group)
      return { disks: [] }
    },
  }
  const units: Units = {
    isAvailable: () => true,
    isBooting: async () => {
      looks += 1
      return looks <= bootLooks
    },
    show: async (names) =>
      parsePrintedUnits(
        names.map((name) => `Id=${name}\n${states[name] ?? 'ActiveState=active'}`).join('\n\n'),
      ),
    start: async (name) => {
      if (states[name]?.includes('broken')) {
        throw new FailedError({ code: 'SYSTEMD_FAILED', message: 'systemctl said no', remedy: 'Look.' })
      }
      started.push(name)
    },
    forgetFailures: async () => {},
    listUserServices: refuse,
    stopSoon: refuse,
    reloadSoon: refuse,
    restartSoon: refuse,
    powerOff: refuse,
  }
  const complaints: unknown[] = []
  const marker = join(t.testdir(), 'run/mounted')
  const options = {
    disks,
    units,
    declarations: () => declarations,
    foreign: () => new Set(['foreign']),
    occupancy: createOccupancy(),
    log: (level: string, _: string, fields = {}) => {
      if (level !== 'info') complaints.push(fields)
    },
    marker,
    boundMs: 1000,
    pauseMs: 50,
  }
  return { options, mounted, started, complaints, marker, tries }
}

const missed = 'ActiveState=inactive\nConditionResult=no\nUnitFileState=enabled'

t.test('own disks are mounted as they come, and what missed them starts', async (t) => {
  const { options, mounted, started, complaints, marker } = guestWith(
    t,
    { shop: 2, mail: 1, foreign: 1 },
    {
      'shop.service': missed,
      'cron.service': 'ActiveState=inactive\nConditionResult=no\nUnitFileState=disabled',
      'mail.service':
        'ActiveState=inactive\nConditionResult=yes\nResult=exec-condition\nUnitFileState=enabled',
    },
  )
  await mountAfterBoot(options)
  t.same(mounted, ['mail', 'shop'])
  t.same(started, ['mail.service', 'shop.service'])
  t.same(complaints, [])
  t.ok(existsSync(marker))

  await mountAfterBoot(options)
  t.same(mounted, ['mail', 'shop'], 'an agent that is started anew brings nothing back')
})

t.test('what was stopped, or runs, is left alone', async (t) => {
  const { options, started } = guestWith(
    t,
    { shop: 1, mail: 1 },
    {
      'shop.service': 'ActiveState=inactive\nConditionResult=yes\nUnitFileState=enabled',
      'mail.service': 'ActiveState=activating\nConditionResult=no\nUnitFileState=enabled',
    },
  )
  await mountAfterBoot(options)
  t.same(started, [])
})

t.test('one that does not come, or does not start, keeps no other from it', async (t) => {
  const { options, mounted, started, complaints, tries } = guestWith(
    t,
    { mail: 1 },
    { 'mail.service': `${missed}\nDescription=broken` },
  )
  await mountAfterBoot(options)
  t.same(mounted, ['mail'])
  t.same(started, [])
  t.match(complaints, [
    { group: 'mail', error: { code: 'SYSTEMD_FAILED' } },
    { group: 'shop', error: { code: 'DISK_NOT_THERE' } },
  ])
  t.ok((tries.get('shop') ?? 0) > 1)
  t.equal(tries.get('mail'), 1, 'a failure is not tried again')
})

t.test('a disk that is not there when the boot is done is not waited for', async (t) => {
  const { options, mounted, tries } = guestWith(t, { mail: 1, shop: 9 }, {}, 1)
  await mountAfterBoot(options)
  t.same(mounted, ['mail'])
  t.equal(tries.get('shop'), 2, 'it is looked for once more after the boot')
})

t.test('a group that a call works on comes later', async (t) => {
  const { options, mounted } = guestWith(t, { shop: 1, mail: 1 })
  const { promise, resolve } = Promise.withResolvers<void>()
  const call = options.occupancy.control('shop', 'start', () => promise)
  const done = mountAfterBoot(options)
  setTimeout(resolve, 100)
  await Promise.all([call, done])
  t.same(mounted, ['mail', 'shop'])
})
