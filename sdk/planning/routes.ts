/** Where routes lead before and after groups move. Pure. */
import { InvalidRequestError, RefusedError } from '../../proto/errors.ts'
import type { Group } from '../../proto/generated/messages.ts'
import { type RouteBackend, type RouteDefinition, sameAddresses } from '../routes/definition.ts'
import type { UserNetwork } from '../store/records.ts'

/** A machine, as far as clients reach it. */
export interface RoutePlace {
  name: string
  /** With or without prefix length. */
  address: string
  /** There when nothing but forwards reaches it. */
  userNetwork?: UserNetwork
}

export type RoutedGroup = Pick<Group, 'name' | 'endpoints' | 'serviceAddresses'>

/** A group that runs, and where it goes on. One that stays where it is goes there, too. */
export interface RouteMove {
  group: RoutedGroup
  from: RoutePlace
  /** Several for a group that is replicated, none for one that ends. */
  to: readonly RoutePlace[]
}

export interface PlannedRoute {
  definition: RouteDefinition
  /** Where it leads as long as the operation can be taken back. */
  before: RouteBackend[]
  /** Where it leads when it is committed. */
  after: RouteBackend[]
  /** How long requests that are under way have, before the group moves. */
  drainMilliseconds: number
  /** Groups end and start again: until they serve, clients go on waiting. */
  restarts: boolean
}

export interface RoutesWish {
  definitions: readonly RouteDefinition[]
  /** What is known of each route, by its name: machines that have no part in this keep what they have. */
  known: ReadonlyMap<string, readonly RouteBackend[]>
  moves: readonly RouteMove[]
  /** Whether groups go on from memory, and connections to an address that moves live on, so that nothing has to be drained. */
  keepsConnections: boolean
}

/**
 * The routes of groups that move, in the order of the file.
 *
 * @throws InvalidRequestError `ROUTE_ENDPOINT_UNKNOWN`, `ROUTE_PROTOCOL_DIFFERS`, `ROUTE_WITHOUT_ADDRESS`
 * @throws RefusedError `ROUTE_UNREACHABLE` when no forward leads to a machine with user networking
 */
export function planRoutes({ definitions, known, moves, keepsConnections }: RoutesWish): PlannedRoute[] {
  return definitions.flatMap((definition) => {
    const own = moves.filter(({ group }) => group.name === definition.group)
    if (own.length === 0) return []
    const involved = new Set(own.flatMap(({ from, to }) => [from.name, ...to.map(({ name }) => name)]))
    const others = (known.get(definition.name) ?? []).filter(({ machine }) => !involved.has(machine))
    const before = distinctBackends([
      ...others,
      ...own.map(({ group, from }) => backendOf(definition, group, from)),
    ])
    const after = distinctBackends([
      ...others,
      ...own.flatMap(({ group, to }) => to.map((place) => backendOf(definition, group, place))),
    ])
    const isSmooth = keepsConnections && sameAddresses(before, after)
    const drainMilliseconds = isSmooth ? 0 : definition.drainMilliseconds
    return [{ definition, before, after, drainMilliseconds, restarts: !keepsConnections }]
  })
}

/** Where a route leads that has a group in one machine. Throws as {@link planRoutes} does. */
export function backendOf(definition: RouteDefinition, group: RoutedGroup, place: RoutePlace): RouteBackend {
  const endpoint = group.endpoints.find(({ name }) => name === definition.endpoint)
  if (endpoint === undefined) throw endpointUnknown(definition, group, place)
  checkProtocol(definition, endpoint.protocol)
  const address = uniform(addressOf(definition, group, place))
  const { port } = endpoint
  if (place.userNetwork === undefined) return { address, port, machine: place.name }
  const forward = place.userNetwork.forwards.find(
    ({ guestAddress, guestPort }) => guestPort === port && uniform(guestAddress) === address,
  )
  if (forward === undefined) throw unreachable(definition, place, `${address}:${port}`)
  return { address: '127.0.0.1', port: forward.hostPort, machine: place.name }
}

function addressOf(
  { name, to }: RouteDefinition,
  { name: group, serviceAddresses }: RoutedGroup,
  place: RoutePlace,
): string {
  const [service] = serviceAddresses
  if (to === 'machine') return place.address
  if (service !== undefined) return service
  if (to === undefined) return place.address
  throw new InvalidRequestError({
    code: 'ROUTE_WITHOUT_ADDRESS',
    message: `the route ${name} leads to the service address of ${group}, which has none in ${place.name}`,
    remedy: `Declare a serviceAddress for ${group}, or say \`to: machine\` in routes.yaml.`,
  })
}

/** Without prefix length, and of IPv6 as the kernel writes it (RFC 5952). */
export function uniform(address: string): string {
  const plain = address.split('/')[0] ?? ''
  return plain.includes(':') ? new URL(`http://[${plain}]`).hostname.slice(1, -1) : plain
}

/** The same address in two machines is one place; the last one has it. */
export function distinctBackends(backends: readonly RouteBackend[]): RouteBackend[] {
  return [...new Map(backends.map((backend) => [`${backend.address} ${backend.port}`, backend])).values()]
}

function checkProtocol({ name, endpoint, proxying }: RouteDefinition, protocol: string): void {
  if (proxying === undefined || (proxying.protocol === 'UDP') === (protocol === 'udp')) return
  throw new InvalidRequestError({
    code: 'ROUTE_PROTOCOL_DIFFERS',
    message: `the route ${name} takes ${proxying.protocol}, and its endpoint ${endpoint} is ${protocol}`,
    remedy: 'Change the protocol of the route in routes.yaml, or the declaration of the group.',
  })
}

function endpointUnknown(
  definition: RouteDefinition,
  group: RoutedGroup,
  place: RoutePlace,
): InvalidRequestError {
  const known = group.endpoints.map(({ name }) => name).join(', ')
  return new InvalidRequestError({
    code: 'ROUTE_ENDPOINT_UNKNOWN',
    message: `${group.name} declares no endpoint ${definition.endpoint} in ${place.name}, which the route ${definition.name} is for`,
    remedy: `It has ${known || 'none'}: name one of them in routes.yaml, or declare it in the group's file.`,
  })
}

function unreachable({ name }: RouteDefinition, place: RoutePlace, target: string): RefusedError {
  return new RefusedError({
    code: 'ROUTE_UNREACHABLE',
    message: `the route ${name} would lead to ${target} in ${place.name}, which has user networking and no forward to it`,
    remedy:
      'Give the machine a forward to that port when it is created, or take the route out of routes.yaml.',
  })
}
