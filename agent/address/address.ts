/** Addresses as text: what is usable and what is not. Pure. */
import { isIP } from 'node:net'

const prefixLengths: Record<number, number> = { 4: 32, 6: 128 }
const macPattern = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i
// The kernel takes 15 bytes without slash and space; a colon was an alias once.
const interfacePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/

/** 4 or 6 for an address such as `10.77.0.80`, 0 for anything else. A zone (`%eth0`) is not part of an address. */
export function addressFamily(text: string): 0 | 4 | 6 {
  const family = text.includes('%') ? 0 : isIP(text)
  return family === 4 || family === 6 ? family : 0
}

/** True for an address with prefix length, such as `10.77.0.80/24`. */
export function isAddressWithPrefix(text: string): boolean {
  const [address = '', prefix = '', ...more] = text.split('/')
  const longest = prefixLengths[addressFamily(address)]
  if (longest === undefined || more.length > 0 || !/^[1-9][0-9]{0,2}$/.test(prefix)) return false
  return Number(prefix) <= longest
}

/** True for a MAC address that one interface may have: not multicast, not zero. */
export function isUsableMac(text: string): boolean {
  if (!macPattern.test(text) || /^[0:]+$/.test(text)) return false
  return (Number.parseInt(text.slice(0, 2), 16) & 1) === 0
}

export function isInterfaceName(text: string): boolean {
  return interfacePattern.test(text)
}

/**
 * The network that an IPv4 address with prefix length is in: `10.77.0.0/24` for `10.77.0.80/24`.
 */
export function networkOf(address: string): string {
  const [host = '', prefix = '32'] = address.split('/')
  const bits = Number(prefix)
  const mask = bits === 0 ? 0 : (0xffff_ffff << (32 - bits)) >>> 0
  const number = host.split('.').reduce((value, octet) => value * 256 + Number(octet), 0)
  const network = (number & mask) >>> 0
  return `${[24, 16, 8, 0].map((shift) => (network >>> shift) & 255).join('.')}/${bits}`
}

// The URL parser writes IPv6 the way the kernel does (RFC 5952).
const uniform = (host: string) => (addressFamily(host) === 6 ? new URL(`http://[${host}]`).hostname : host)

/** True when both are the same address, whatever their prefix lengths and however they are written. */
export function isSameHost(one: string, other: string): boolean {
  return uniform(one.split('/')[0] ?? '') === uniform(other.split('/')[0] ?? '')
}

/** True when both are the same address with the same prefix length, however they are written. */
export function isSameAddress(one: string, other: string): boolean {
  return isSameHost(one, other) && one.split('/')[1] === other.split('/')[1]
}

/** The link-local address that belongs to a MAC address, with prefix length: RFC 4291, appendix A. */
export function linkLocalOf(macAddress: string): string {
  const [first = 0, second = 0, third = 0, ...rest] = Buffer.from(macAddress.replaceAll(':', ''), 'hex')
  // The bit that says whether the address is unique in the world is the other way round here.
  const identifier = Buffer.from([first ^ 0x02, second, third, 0xff, 0xfe, ...rest]).toString('hex')
  return `fe80::${identifier.match(/.{4}/g)?.join(':')}/64`
}
