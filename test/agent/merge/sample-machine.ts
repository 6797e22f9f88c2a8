/** A machine that groups leave and come to, and what is asked of it. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { GuestSurvey } from '../../../agent/group/control/types.ts'
import { createMerge } from '../../../agent/merge/merge.ts'
import { foreignGroups } from '../../../agent/split/foreign-markers.ts'
import type { Units } from '../../../agent/systemd/units.ts'
import { FailedError, UnavailableError } from '../../../proto/errors.ts'
import type { Bond, DiskReport, Ending, Group } from '../../../proto/generated/messages.ts'
import { sampleGroup, sampleProcess } from '../group/sample-facts.ts'
import { parsePrintedUnits } from '../systemd/printed-units.ts'

/** systemd as `systemctl show` prints it: it is not there on every machine that runs this test. */
const printed: Record<string, string> = {
  'mail.service': 'Id=mail.service\nActiveState=active\nTriggeredBy=mail.socket',
  'mail.socket': 'Id=mail.socket\nActiveState=active',
  'alias.service': 'Id=shop.service',
  'shop.service': 'Id=shop.service\nTriggeredBy=shop.timer',
  'shop.timer': 'Id=shop.timer\nActiveState=active',
  'cron.service': 'Id=cron.service\nActiveState=active\nTriggeredBy=cron.timer',
  'cron.timer': 'Id=cron.timer\nActiveState=active',
}
const started: Record<string, string> = { ActiveState: 'active', ConditionResult: 'yes', Result: 'success' }

export interface Facts {
  root?: string
  groups?: Group[]
  bonds?: Bond[]
  ending?: Ending
  /** `absent`: its disks are not there. */
  failing?: 'mount' | 'unmount' | 'absent'
  /** Units that do not start. */
  broken?: string[]
  /** Units that are down before anything is done. */
  down?: string[]
  /** Units stay up when they are stopped. */
  stubborn?: boolean
  /** Addresses that somebody else has. */
  taken?: string[]
}

/** A machine whose group `mail` runs unless the facts say otherwise, and all that was done to it, in order. */
export function machine(t: Test, facts: Facts = {}) {
  const root = facts.root ?? sampleRoot(t)
  const did: string[] = []
  const running = new Set<string>()
  const stopped = new Set(facts.down)
  const units = {
    isAvailable: () => true,
    show: async (names: readonly string[]) =>
      parsePrintedUnits(
        names
          .map((name) => {
            const state = stopped.has(name) ? { ActiveState: 'inactive' } : running.has(name) ? started : {}
            const lines = Object.entries(state).map(([key, value]) => `${key}=${value}`)
            return ['ActiveState=inactive', printed[name] ?? `Id=${name}`, ...lines].join('\n')
          })
          .join('\n\n'),
      ),
    start: async (unit: string) => {
      if (facts.broken?.includes(unit)) throw new Error('it says no')
      running.add(unit)
      stopped.delete(unit)
      did.push(`start ${unit}`)
    },
    stopSoon: async (names: readonly string[]) => {
      if (!facts.stubborn) for (const name of names) stopped.add(name)
      did.push(`stop ${names.join(' ')}`)
    },
  } as Partial<Units> as Units
  const groups = facts.groups ?? [
    sampleGroup('mail', {
      units: ['mail.service'],
      processes: [{ pid: 2, startTicks: 1 }],
      serviceAddresses: ['10.77.0.25/24'],
    }),
    sampleGroup('shop', { units: ['shop.service'], processes: [{ pid: 3, startTicks: 1 }] }),
  ]
  const survey = async (): Promise<GuestSurvey> => ({
    groups: groups.map((group) =>
      foreignGroups(root).has(group.name) ? { ...group, state: 'GROUP_STATE_FOREIGN' } : group,
    ),
    processes: groups.flatMap((group) =>
      group.processes.map(({ pid }) => sampleProcess(pid, { group: group.name, unit: group.units[0] ?? '' })),
    ),
    bonds: facts.bonds ?? [],
    declarations: [
      { name: 'mail', start: ['mail.service'] },
      { name: 'shop', start: ['shop.service'] },
    ],
  })
  const disk = async (what: 'mount' | 'unmount', names: readonly string[]): Promise<DiskReport[]> => {
    did.push(`${what} ${names.join(' ')}${foreignGroups(root).size > 0 ? ' (foreign)' : ''}`)
    if (facts.failing === 'absent' && names.length > 0)
      throw new UnavailableError({
        code: 'DISK_NOT_THERE',
        message: 'it did not come',
        remedy: 'Plug it in.',
      })
    if (facts.failing === what)
      throw new FailedError({ code: 'DISK_BROKEN', message: 'it is broken', remedy: 'Mend it.' })
    return []
  }
  const merge = createMerge({
    survey,
    declarations: () =>
      ['mail', 'shop'].map((name) => ({
        name,
        match: { units: [`${name}.service`], users: [], cgroups: [], commands: [], pids: [] },
        start: [`${name}.service`],
        serviceAddress: name === 'mail' ? '10.77.0.25/24' : '',
      })),
    units,
    root,
    isInfrastructure: (unit) => unit === 'syslog.service',
    control: {
      terminate: async ({ group }) => {
        did.push(`end ${group}`)
        const ending = facts.ending ?? 'ENDING_TERMINATED'
        return { processes: [{ id: { pid: 2, startTicks: 1 }, name: 'smtpd', ending }] }
      },
    },
    disks: { mount: (names) => disk('mount', names), unmount: (names) => disk('unmount', names) },
    identity: {
      refuseTaken: async (addresses) => {
        if (facts.taken?.some((one) => addresses.includes(one))) throw new Error('somebody has it')
      },
      serve: async ({ came, gone }) => {
        did.push([...came.map((one) => `+${one}`), ...gone.map((one) => `-${one}`)].join(' '))
        return []
      },
    },
  })
  return { root, did, merge }
}

export function sampleRoot(t: Test): string {
  const root = mkdtempSync(join(tmpdir(), 'cleave-'))
  t.teardown(() => rmSync(root, { recursive: true }))
  mkdirSync(join(root, 'var/lib/cleave'), { recursive: true })
  return root
}

export const marksIn = (root: string) => {
  const folder = join(root, 'var/lib/cleave/foreign')
  return existsSync(folder) ? readdirSync(folder).sort() : []
}
export const operationId = 'merge-1'
export const yielding = {
  operationId,
  groups: ['mail'],
  graceMilliseconds: 0,
  freeDisks: false,
  mayEnd: [] as string[],
  takesBack: false,
}
export const units = ['mail.socket', 'mail.service']
export const taking = { operationId, groups: [{ group: 'mail', units }] }
export const idle = () => [
  sampleGroup('mail', { units: ['mail.service'], serviceAddresses: ['10.77.0.25/24'] }),
  sampleGroup('shop', { units: ['shop.service'], processes: [{ pid: 3, startTicks: 1 }] }),
]
