/** How can machines be connected? */
import { CleaveError } from '../../../proto/errors.ts'
import { bridgeObstacle, type NetworkRights } from '../../hypervisor/qemu/network/choose.ts'
import { runProgram } from '../../hypervisor/qemu/program.ts'
import type { Check } from './check.ts'

export async function checkNetwork(rights: NetworkRights): Promise<Check> {
  return judgeNetwork(rights, await knowsUserNetworking())
}

/** A QEMU can be built without it. */
async function knowsUserNetworking(): Promise<boolean> {
  try {
    const backends = await runProgram({
      command: 'qemu-system-x86_64',
      arguments: ['-netdev', 'help'],
      package: 'qemu-system-x86',
    })
    return /^user$/m.test(backends)
  } catch (error) {
    // Another check says what is wrong with QEMU.
    if (error instanceof CleaveError) return false
    throw error
  }
}

/** Pure. */
export function judgeNetwork(rights: NetworkRights, userNetworking: boolean): Check {
  const name = 'network'
  const obstacle = bridgeObstacle(rights)
  if (obstacle === undefined) return { name, state: 'ok', detail: 'bridge and taps can be made', remedy: '' }
  const { problem, remedy } = obstacle
  if (!userNetworking) {
    return {
      name,
      state: 'missing',
      detail: `${problem}, and QEMU knows no user networking`,
      remedy: `${remedy} Or install a QEMU that was built with libslirp.`,
    }
  }
  return {
    name,
    state: 'warning',
    detail:
      `${problem}: machines have user networking, are reached only by forwards of ports, ` +
      'service addresses do not move, and clients lose their connections at a split',
    remedy: `${remedy} Without it, name ports: cleave vm create NAME --forward 8080:80`,
  }
}
