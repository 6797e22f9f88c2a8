/** IPv4 addresses as numbers. Pure. */
import { isIPv4 } from 'node:net'

export interface Subnet {
  /** The first address, which names the subnet. */
  network: number
  /** The last address, which reaches all of it. */
  broadcast: number
  /** The address that was given, such as the bridge's. */
  address: number
  prefixLength: number
}

/** Undefined when it is no IPv4 address. */
export function parseIpv4(text: string): number | undefined {
  if (!isIPv4(text)) return undefined
  return text.split('.').reduce((number, part) => number * 256 + Number(part), 0)
}

export function formatIpv4(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.')
}

/** Reads `10.77.0.1/24`; undefined when it is no such text or leaves no room for two machines (/8 to /30). */
export function parseSubnet(text: string): Subnet | undefined {
  const [, host = '', length = ''] = /^([0-9.]{7,15})\/([0-9]{1,2})$/.exec(text) ?? []
  const address = parseIpv4(host)
  const prefixLength = Number(length)
  if (address === undefined || prefixLength < 8 || prefixLength > 30) return undefined
  const size = 2 ** (32 - prefixLength)
  const network = Math.floor(address / size) * size
  return { network, broadcast: network + size - 1, address, prefixLength }
}
