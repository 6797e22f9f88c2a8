/** How a machine that is created is connected. */
import { isIPv4 } from 'node:net'
import { InvalidRequestError } from '../../proto/errors.ts'
import type { Hypervisor, NetworkKind } from '../hypervisor/hypervisor.ts'
import type { Forward, MachineRecord, UserNetwork } from '../store/records.ts'

/** A TCP port of 127.0.0.1 on this host that is to end in the machine. */
export interface ForwardWish {
  hostPort: number
  guestPort: number
  /** @default the machine's own address */
  guestAddress?: string
}

export interface NetworkOptions {
  /** @default 'bridge' where this process may make one and no forwards are asked for, else 'user' */
  network?: NetworkKind
  /** Ports of this host that end in the machine; with user networking only. @default none */
  forwards?: readonly ForwardWish[]
}

/** More ports than this are a slip. */
const mostForwards = 100

/**
 * Undefined for a machine on a bridge.
 *
 * @throws InvalidRequestError `FORWARD_ON_BRIDGE`
 * @throws UnavailableError `NO_RIGHTS` when a bridge is wished and can't be made
 */
export async function pickNetwork(options: {
  hypervisor: Hypervisor
  wish: NetworkOptions
}): Promise<UserNetwork | undefined> {
  const { hypervisor, wish } = options
  const { address } = hypervisor.userNetwork
  const forwards = (wish.forwards ?? []).map(({ hostPort, guestAddress = address, guestPort }) => {
    return { hostPort, guestAddress, guestPort }
  })
  const kind = await hypervisor.network(wish.network ?? (forwards.length > 0 ? 'user' : undefined))
  if (kind === 'user') return { forwards }
  if (forwards.length === 0) return undefined
  throw new InvalidRequestError({
    code: 'FORWARD_ON_BRIDGE',
    message: 'a machine on a bridge has no forwards: it is reached by its address',
    remedy: 'Leave the forwards out, or give it user networking.',
  })
}

/**
 * @param others the other machines' records
 * @throws InvalidRequestError `BAD_FORWARD`, `PORT_FORWARDED`
 */
export function checkForwards(forwards: readonly Forward[], others: readonly MachineRecord[]): void {
  if (forwards.length > mostForwards)
    throw badForward(`${forwards.length} forwards are more than ${mostForwards}`)
  // A machine that was split never runs again: its children have its forwards.
  const living = others.filter(({ state }) => state !== 'split')
  const taken = new Map(
    living.flatMap(
      ({ name, userNetwork }) => userNetwork?.forwards.map(({ hostPort }) => [hostPort, name]) ?? [],
    ),
  )
  for (const { hostPort, guestPort, guestAddress } of forwards) {
    const isSound = [hostPort, guestPort].every(
      (port) => Number.isInteger(port) && port >= 1 && port <= 65_535,
    )
    if (!isSound || !isIPv4(guestAddress)) {
      throw badForward(`${hostPort}:${guestAddress}:${guestPort} is no forward`)
    }
    const owner = taken.get(hostPort)
    if (owner !== undefined) throw portForwarded(hostPort, owner)
    taken.set(hostPort, 'the same machine')
  }
}

function badForward(message: string): InvalidRequestError {
  return new InvalidRequestError({
    code: 'BAD_FORWARD',
    message,
    remedy: 'Give a port of this host and one of the guest, 1 to 65535, such as 8080:80.',
  })
}

function portForwarded(port: number, owner: string): InvalidRequestError {
  return new InvalidRequestError({
    code: 'PORT_FORWARDED',
    message: `port ${port} of this host leads to ${owner} already`,
    remedy: 'Choose another port of this host.',
  })
}
