/** How a machine is reached, for people. Pure. */
import type { NetworkKind } from '../../hypervisor/hypervisor.ts'
import type { Forward } from '../../store/records.ts'

/** What a machine and a child of a split have in common. */
export interface Reachable {
  address: string
  network: NetworkKind
  forwards: readonly Forward[]
}

/** For a table: where a client on this host connects to; `none` when there is no such place. */
export function reachedAt({ address, network, forwards }: Reachable): string {
  if (network === 'bridge') return address
  return forwards.map(({ hostPort }) => `127.0.0.1:${hostPort}`).join(', ') || 'none'
}

/** For a sentence behind the machine's name and a comma. */
export function reachedText({ address, network, forwards }: Reachable): string {
  if (network === 'bridge') return `its address is ${address}`
  if (forwards.length === 0) return 'with user networking and no forwards: nothing reaches it but cleave'
  return `reached by ${forwards.map(forwardText).join(', ')}`
}

export function forwardText({ hostPort, guestAddress, guestPort }: Forward): string {
  return `127.0.0.1:${hostPort} (to ${guestAddress}:${guestPort})`
}
