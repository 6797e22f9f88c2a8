/** What becomes of the ways into a machine with user networking when it is split. Pure. */
import type { Forward, UserNetwork } from '../store/records.ts'
import type { WorkloadGroup } from './workload.ts'

export interface PlannedUserNetwork {
  /** Each ends in one child: two processes can't listen on one port. In the order of the parent's. */
  forwards: PlannedForward[]
  /** Groups with a service address that no forward leads to: nobody outside reaches them. */
  unreachable: string[]
}

export interface PlannedForward extends Forward {
  child: string
}

export interface PlannedOwner {
  name: string
  groups: readonly string[]
  keepsMacAddress: boolean
}

/**
 * A forward goes with the group whose service address it names, else with the first that has an endpoint on its port, else
 * to the child that keeps the parent's MAC address.
 */
export function planUserNetwork(options: {
  network: UserNetwork
  children: readonly PlannedOwner[]
  groups: readonly WorkloadGroup[]
}): PlannedUserNetwork {
  const { network, children, groups } = options
  const heir = children.find(({ keepsMacAddress }) => keepsMacAddress)?.name ?? ''
  const led = network.forwards.map((forward) => ({ forward, group: groupBehind(forward, groups) }))
  return {
    forwards: led.map(({ forward, group }) => ({
      ...forward,
      child: children.find((child) => group !== undefined && child.groups.includes(group))?.name ?? heir,
    })),
    unreachable: groups
      .filter(({ name, serviceAddress }) => serviceAddress !== '' && !led.some(({ group }) => group === name))
      .map(({ name }) => name),
  }
}

/** The forwards of one child, as its record has them. */
export function forwardsOf({ forwards }: PlannedUserNetwork, name: string): Forward[] {
  return forwards.filter(({ child }) => child === name).map(({ child: _, ...forward }) => forward)
}

function groupBehind(
  { guestAddress, guestPort }: Forward,
  groups: readonly WorkloadGroup[],
): string | undefined {
  const byAddress = groups.find(({ serviceAddress }) => serviceAddress.split('/')[0] === guestAddress)
  return (byAddress ?? groups.find(({ tcpPorts = [] }) => tcpPorts.includes(guestPort)))?.name
}
