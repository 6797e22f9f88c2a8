import fc from 'fast-check'
import t from 'tap'
import { placeGroup } from '../../../../agent/group/control/placement.ts'
import type { GuestSurvey } from '../../../../agent/group/control/types.ts'
import { isUnitName, wholeUnits } from '../../../../agent/group/control/whole-units.ts'
import type { Process } from '../../../../proto/generated/messages.ts'
import { sampleGroup } from '../sample-facts.ts'

const cgroup = fc
  .array(fc.constantFrom('a', 'b', 'cleave-shop', 'cleave-mail'), { maxLength: 3 })
  .map((segments) => `/${segments.join('/')}`)
const guest = fc
  .array(fc.record({ cgroup, group: fc.constantFrom('shop', 'mail', '') }), { maxLength: 30 })
  .map((processes) => processes.map((process, index) => processOf(index + 10, process)))

function processOf(pid: number, facts: Partial<Process>): Process {
  return {
    id: { pid, startTicks: pid },
    parentPid: 1,
    sessionId: pid,
    userId: 0,
    user: 'root',
    unit: '',
    cgroup: '/',
    name: 'sh',
    arguments: [],
    cpuCores: 0,
    memoryBytes: 0,
    replicated: false,
    group: '',
    ...facts,
  }
}

const isWithin = (path: string, above: string) =>
  above === '/' || path === above || path.startsWith(`${above}/`)
const membersOf = (processes: readonly Process[], group: string) =>
  processes.filter((process) => process.group === group)

t.test('freezing what was placed stops every member and nobody else', (t) => {
  fc.assert(
    fc.property(guest, (processes) => {
      const members = membersOf(processes, 'shop')
      const { cgroups, strays } = placeGroup('shop', members, processes)
      const moved = new Map(strays.map(({ process, target }) => [process, target]))
      const frozen = [...cgroups, ...strays.map(({ target }) => target)]
      for (const process of processes) {
        const path = moved.get(process) ?? process.cgroup
        const isStopped = frozen.some((one) => isWithin(path, one))
        if (process.group === 'shop' && !isStopped) return false
        // A target may exist already, with somebody else in it: then a later survey finds the group there again.
        if (process.group !== 'shop' && cgroups.some((one) => isWithin(path, one))) return false
      }
      return !frozen.includes('/')
    }),
  )
  t.end()
})

t.test('a stray stays in its unit, and moving again changes nothing', (t) => {
  fc.assert(
    fc.property(guest, (processes) => {
      const { strays } = placeGroup('shop', membersOf(processes, 'shop'), processes)
      return strays.every(({ process, target }) => {
        const unit = process.cgroup.replace(/(\/cleave-[a-z]+)+$/, '')
        return target === `${unit === '/' ? '' : unit}/cleave-shop`
      })
    }),
  )
  t.end()
})

t.test('a unit with a process of somebody else is not the group’s', (t) => {
  const survey = (processes: Process[]): GuestSurvey => ({
    groups: [
      sampleGroup('shop', {
        units: ['nginx.service', 'cron.service', 'session-1.scope', '../evil.service', 'stopped.service'],
      }),
    ],
    processes,
    bonds: [],
    declarations: [],
  })
  const processes = [
    processOf(10, { unit: 'nginx.service', group: 'shop' }),
    processOf(11, { unit: 'cron.service', group: 'shop' }),
    processOf(12, { unit: 'cron.service', group: '' }),
  ]
  t.same(wholeUnits(survey(processes), 'shop'), ['nginx.service', 'stopped.service'])
  const mail = processOf(13, { unit: 'nginx.service', group: 'mail' })
  t.same(wholeUnits(survey([...processes, mail]), 'shop'), ['stopped.service'])
  t.same(
    wholeUnits(survey([...processes, mail]), 'shop', {
      companions: new Set(['shop', 'mail']),
      more: ['backup.service', 'cron.service'],
    }),
    ['nginx.service', 'stopped.service', 'backup.service'],
    'with who goes where it goes',
  )
  t.end()
})

t.test('what is no unit name never gets to systemctl or a file name', (t) => {
  for (const name of ['nginx.service', 'getty@tty1.service', 'a\\x2db.mount']) t.ok(isUnitName(name))
  for (const name of [
    '',
    '.service',
    'a/b.service',
    'a b.service',
    'a.service\n',
    'x.scope',
    'a.service;b',
  ]) {
    t.notOk(isUnitName(name), name)
  }
  t.end()
})
