/** A port of this host that ends in a guest, as people type it. Pure. */
import { isIPv4 } from 'node:net'
import { InvalidRequestError } from '../../../proto/errors.ts'
import type { ForwardWish } from '../../machine/network.ts'

/**
 * Reads `HOSTPORT:GUESTPORT` or `HOSTPORT:GUESTADDRESS:GUESTPORT` and adds it to those before.
 *
 * @throws InvalidRequestError `BAD_FORWARD`
 */
export function parseForward(text: string, before: readonly ForwardWish[] = []): ForwardWish[] {
  const [, host, , address, guest] = /^(\d{1,5}):(([0-9.]{7,15}):)?(\d{1,5})$/.exec(text) ?? []
  const [hostPort, guestPort] = [Number(host), Number(guest)]
  const isPort = (port: number) => port >= 1 && port <= 65_535
  if (!isPort(hostPort) || !isPort(guestPort) || (address !== undefined && !isIPv4(address))) {
    throw new InvalidRequestError({
      code: 'BAD_FORWARD',
      message: `${JSON.stringify(text.slice(0, 100))} does not say which port of this host leads where`,
      remedy:
        'Give a port of this host and one of the guest, 8080:80, or an address in the guest, too: 8080:10.77.0.80:80.',
    })
  }
  return [...before, { hostPort, guestPort, ...(address !== undefined && { guestAddress: address }) }]
}
