/** May this process make a bridge and taps? */
import { constants } from 'node:fs'
import { access, readFile } from 'node:fs/promises'
import type { Check } from './check.ts'

const tunDevice = '/dev/net/tun'
// CAP_NET_ADMIN (capability.h of Linux).
const networkAdministration = 1n << 12n

export async function checkNetwork(): Promise<Check> {
  const [status, mayOpenTun] = await Promise.all([
    readFile('/proc/self/status', 'utf8'),
    access(tunDevice, constants.R_OK | constants.W_OK).then(
      () => true,
      () => false,
    ),
  ])
  return judgeNetwork({ status, mayOpenTun })
}

/** @param found.status as /proc/self/status has it. Pure. */
export function judgeNetwork(found: { status: string; mayOpenTun: boolean }): Check {
  const capabilities = BigInt(`0x${/^CapEff:\s*([0-9a-f]{1,32})$/m.exec(found.status)?.[1] ?? '0'}`)
  if ((capabilities & networkAdministration) === 0n) {
    return {
      name: 'network',
      state: 'missing',
      detail: 'no right to make a bridge and taps (CAP_NET_ADMIN)',
      remedy: 'Run cleave as root.',
    }
  }
  if (!found.mayOpenTun) {
    return {
      name: 'network',
      state: 'missing',
      detail: `${tunDevice} cannot be opened`,
      remedy: 'Load the module: modprobe tun',
    }
  }
  return { name: 'network', state: 'ok', detail: 'bridge and taps can be made', remedy: '' }
}
