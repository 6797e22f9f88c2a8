/** After a boot: mounts the disks of this machine's own groups as they come, and starts what could not start without them. */
import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { CleaveError } from '../../proto/errors.ts'
import { replaceFile } from '../file/durable.ts'
import type { Occupancy } from '../group/control/occupancy.ts'
import type { Declaration } from '../group/declaration/types.ts'
import type { Log } from '../log.ts'
import type { UnitProperties } from '../systemd/unit-properties.ts'
import type { Units } from '../systemd/units.ts'
import type { GuestDisks } from './types.ts'

export interface AfterBootOptions {
  disks: GuestDisks
  declarations: () => readonly Declaration[]
  /** The names of the groups that belong to other machines since a split. */
  foreign: () => ReadonlySet<string>
  occupancy: Occupancy
  units: Units
  log: Log
  /** In memory: there when this boot has had it. */
  marker: string
  /** How long to wait for what is reached over a network, or for the end of the boot, milliseconds. @default 60_000 */
  boundMs?: number
  /** From one look to the next, milliseconds. @default 2_000 */
  pauseMs?: number
}

// The agent starts before the network is up.
const mayPass = new Set(['SAN_UNREACHABLE', 'NFS_UNANSWERED', 'BUSY'])

/**
 * Once for each boot: an agent that was started anew must not bring back what somebody took away meanwhile. A disk that is
 * not there when the boot is done is somebody else's to bring. Errors are in the log.
 */
export async function mountAfterBoot(options: AfterBootOptions): Promise<void> {
  const { declarations, foreign, occupancy, units, log, marker, boundMs = 60_000, pauseMs = 2000 } = options
  if (existsSync(marker)) return
  const begin = performance.now()
  const others = foreign()
  let waiting = declarations().filter(({ name, disks }) => disks.length > 0 && !others.has(name))
  while (waiting.length > 0) {
    const isLast = performance.now() - begin >= boundMs
    const isBooting = units.isAvailable() && (await units.isBooting())
    const comeLater = async (declaration: Declaration): Promise<boolean> => {
      const { name } = declaration
      try {
        await occupancy.control(name, 'its return after a boot', () => bringBack(declaration, options))
      } catch (error) {
        const code = error instanceof CleaveError ? error.code : ''
        const isWaitedFor = mayPass.has(code) || (isBooting && code === 'DISK_NOT_THERE')
        if (isWaitedFor && !isLast) return true
        log('warning', 'a group did not come back after the boot', { group: name, error })
      }
      return false
    }
    const isLeft = await Promise.all(waiting.map(comeLater))
    waiting = waiting.filter((_, index) => isLeft[index])
    if (waiting.length > 0) await delay(pauseMs)
  }
  replaceFile(marker, '')
}

async function bringBack(
  { name, start }: Declaration,
  { disks, units, log }: AfterBootOptions,
): Promise<void> {
  const mounted = await disks.mount({ groups: [name], waitMilliseconds: 1 })
  log('info', 'the disks of a group are mounted', { group: name, disks: mounted.disks })
  if (!units.isAvailable()) return
  for (const unit of missedStart(await units.show(start, missedFields))) {
    await units.forgetFailures([unit])
    await units.start(unit)
  }
}

const missedFields = ['id', 'enabled', 'activeState', 'conditionMet', 'result'] as const
type MaybeMissed = Pick<UnitProperties, (typeof missedFields)[number]>

/** Those that systemd was to start, and that did not for want of their disk. Pure. */
export function missedStart(states: readonly MaybeMissed[]): string[] {
  const missed = ({ enabled, activeState, conditionMet, result }: MaybeMissed) =>
    enabled &&
    (activeState === 'failed' ||
      (activeState === 'inactive' && (!conditionMet || result === 'exec-condition')))
  return states.filter(missed).map(({ id }) => id)
}
