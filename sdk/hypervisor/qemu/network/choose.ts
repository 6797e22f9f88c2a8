/** How a new machine is connected. Pure. */
import { UnavailableError } from '../../../../proto/errors.ts'
import type { NetworkKind } from '../../hypervisor.ts'
import { type Rights, tunDevice } from '../rights.ts'

export type NetworkRights = Pick<Rights, 'administersNetwork' | 'opensTun'>

/**
 * @param wish undefined for the bridge where it can be had
 * @throws UnavailableError `NO_RIGHTS` when a bridge is wished that can't be made
 */
export function chooseNetwork(rights: NetworkRights, wish?: NetworkKind): NetworkKind {
  const obstacle = bridgeObstacle(rights)
  if (wish === undefined) return obstacle === undefined ? 'bridge' : 'user'
  if (wish === 'bridge' && obstacle !== undefined) {
    throw new UnavailableError({
      code: 'NO_RIGHTS',
      message: `a machine can't be on a bridge: ${obstacle.problem}`,
      remedy: `${obstacle.remedy} Or let it have user networking: --network user`,
    })
  }
  return wish
}

/** What keeps this process from making a bridge and taps; undefined when nothing does. */
export function bridgeObstacle(rights: NetworkRights): { problem: string; remedy: string } | undefined {
  if (!rights.administersNetwork) {
    return { problem: 'no right to make a bridge and taps (CAP_NET_ADMIN)', remedy: 'Run cleave as root.' }
  }
  if (!rights.opensTun) {
    return { problem: `${tunDevice} can't be opened`, remedy: 'Load its module: modprobe tun' }
  }
  return undefined
}
