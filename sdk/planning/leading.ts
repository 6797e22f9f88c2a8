/** What an operation would mean for who leads clients. Pure. */
import type { PlannedRoute, RoutedGroup } from './routes.ts'

/** A service address that another machine has afterwards. */
export interface AddressMove {
  /** With prefix length. */
  address: string
  group: string
  from: string
  to: string
}

export interface PlannedLeading {
  /** Each is held, leads elsewhere once the operation is committed, and is released. In the order of the file. */
  routes: PlannedRoute[]
  addresses: AddressMove[]
}

export interface GroupWithHomes {
  group: Pick<RoutedGroup, 'name' | 'serviceAddresses'>
  from: string
  /** Names of machines. A group with a service address has one at most. */
  to: readonly string[]
}

export function addressMoves(groups: readonly GroupWithHomes[]): AddressMove[] {
  return groups.flatMap(({ group, from, to }) =>
    to.flatMap((machine) =>
      group.serviceAddresses.map((address) => ({ address, group: group.name, from, to: machine })),
    ),
  )
}
