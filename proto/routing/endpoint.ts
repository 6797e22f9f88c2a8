/** Addresses with a port, as routes write them. Pure. */
import { isIP } from 'node:net'

export interface Endpoint {
  /** An IPv4 or IPv6 address, without brackets. */
  address: string
  port: number
}

const pattern = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):([0-9]{1,5})$/

/** @returns undefined for anything but `10.0.0.1:80` and `[::1]:80` with a port of 1 to 65535 */
export function parseEndpoint(text: string): Endpoint | undefined {
  const [, six, four, digits] = pattern.exec(text) ?? []
  const port = Number(digits)
  const address = six ?? four ?? ''
  if (isIP(address) !== (six === undefined ? 4 : 6) || port < 1 || port > 65535) return undefined
  return { address, port }
}

export function formatEndpoint({ address, port }: Endpoint): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** True for an address that anybody may dial: no host name, and no interface behind a `%`. */
export function isAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%')
}
