import { isIPv4, isIPv6 } from 'node:net'
import { InvalidRequestError } from '../errors.ts'

/**
 * The bytes of an address without prefix length: 4 or 16, most significant first.
 *
 * @throws InvalidRequestError `BAD_ADDRESS`
 */
export function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  if (!isIPv6(address) || address.includes('%')) {
    throw new InvalidRequestError({
      code: 'BAD_ADDRESS',
      message: `${JSON.stringify(address.slice(0, 100))} is no address`,
      remedy: 'Write it such as 10.77.0.80 or fd00::80.',
    })
  }
  // The URL parser writes IPv6 the way the kernel does (RFC 5952).
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const groupsOf = (text = '') => text.split(':').filter(Boolean)
  const [before, after] = [groupsOf(head), groupsOf(tail)]
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  const digits = [...before, ...zeros, ...after].map((group) => group.padStart(4, '0'))
  return Buffer.from(digits.join(''), 'hex')
}
