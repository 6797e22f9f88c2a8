/** What this process may do on its host, found out without trying. */
import { constants } from 'node:fs'
import { access, readFile } from 'node:fs/promises'

export interface Rights {
  /** Make bridges and taps (CAP_NET_ADMIN). */
  administersNetwork: boolean
  /** Open the device that taps are made with. */
  opensTun: boolean
  /** Give processes real-time precedence (CAP_SYS_NICE, or a limit that allows it). */
  givesPrecedence: boolean
}

export const tunDevice = '/dev/net/tun'

// Numbers of capabilities, see capability.h of Linux.
const [networkAdministration, niceness] = [12n, 23n]

export async function findRights(): Promise<Rights> {
  const [status, limits, opensTun] = await Promise.all([
    readFile('/proc/self/status', 'utf8'),
    readFile('/proc/self/limits', 'utf8'),
    mayUse(tunDevice),
  ])
  return {
    administersNetwork: hasCapability(status, networkAdministration),
    opensTun,
    givesPrecedence: hasCapability(status, niceness) || realTimeLimit(limits) > 0,
  }
}

/** Whether this process may read and write a file or device; false when there is none. */
export async function mayUse(path: string): Promise<boolean> {
  return await access(path, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  )
}

/** @param status as /proc/self/status has it. Pure. */
export function hasCapability(status: string, number: bigint): boolean {
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]{1,32})$/m.exec(status)?.[1] ?? '0'}`)
  return ((effective >> number) & 1n) === 1n
}

/** The highest real-time priority that a process may take. @param limits as /proc/self/limits has it. Pure. */
export function realTimeLimit(limits: string): number {
  const soft = /^Max realtime priority\s+(\d{1,5}|unlimited)\s/m.exec(limits)?.[1] ?? '0'
  return soft === 'unlimited' ? 99 : Number(soft)
}
