import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { foreignGroups, isMarkable, markForeign } from '../../../agent/split/foreign-markers.ts'
import { foreignUnits } from '../../../agent/split/foreign-units.ts'
import type { QuiescedGroup } from '../../../agent/split/state-schema.ts'
import type { Units } from '../../../agent/systemd/units.ts'
import { parsePrintedUnits } from '../systemd/printed-units.ts'

const groupOf = (name: string, units: string[]): QuiescedGroup => ({
  name,
  units,
  sharedUnits: [],
  cgroups: [],
  processes: [],
  serviceAddresses: [],
  marks: [name],
})

/** systemd as `systemctl show` prints it: it is not there on every machine that runs this test. */
function unitsThat(printed: Record<string, string>) {
  const stopped: string[] = []
  const forgiven: string[] = []
  const units = {
    isAvailable: () => true,
    show: async (names: readonly string[]) =>
      parsePrintedUnits(names.map((name) => printed[name] ?? `Id=${name}`).join('\n\n')),
    stopSoon: async (names: readonly string[]) => void stopped.push(...names),
    forgetFailures: async (names: readonly string[]) => void forgiven.push(...names),
  } as Partial<Units> as Units
  return { units, stopped, forgiven }
}

t.test('what would start a foreign unit is foreign too and stops', async (t) => {
  const root = t.testdir()
  const { units, stopped, forgiven } = unitsThat({
    'redis.service': 'Id=redis-server.service\nTriggeredBy=redis.socket\nActiveState=failed',
    'mail.service': 'Id=mail.service\nTriggeredBy=mail.timer a/b.timer\nActiveState=inactive',
    'mail.timer': 'Id=mail.timer\nActiveState=active',
    'redis.socket': 'Id=redis.socket\nActiveState=active\nExecStopPost={ path=/bin/rm }',
    'own.path': 'Id=own.path\nActiveState=active',
  })
  const foreign = [
    groupOf('shop', ['redis.service', 'own.path']),
    groupOf('mail', ['mail.service', 'a.scope']),
  ]
  t.match(await foreignUnits.apply({ root, units, foreign }), { done: true })
  t.same(readdirSync(join(root, 'var/lib/cleave/foreign')).sort(), [
    'mail.group',
    'mail.service',
    'mail.timer',
    'own.path',
    'redis-server.service',
    'redis.socket',
    'shop.group',
  ])
  t.same(stopped.sort(), ['mail.timer', 'own.path'], 'not one that would run a command of the group')
  t.same(forgiven, ['redis-server.service'])
})

t.test('without systemd there is nothing to tidy', async (t) => {
  const units = { isAvailable: () => false } as Partial<Units> as Units
  t.match(await foreignUnits.apply({ root: t.testdir(), units, foreign: [] }), {
    done: true,
    detail: /systemd/,
  })
})

t.test('markers are of units and groups only', (t) => {
  const root = t.testdir()
  t.same([...foreignGroups(root)], [])
  for (const name of ['a.scope', 'a.slice', '../a.service', 'a.mount', '.service'])
    t.notOk(isMarkable(name), name)
  mkdirSync(join(root, 'var'))
  markForeign(root, groupOf('shop', ['shop.service', 'shop@1.socket', 'shop.scope']))
  t.same([...foreignGroups(root)], ['shop'])
  t.end()
})
