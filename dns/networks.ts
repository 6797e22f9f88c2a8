/** Addresses and networks, as settings name them. */
import { BlockList, isIP } from 'node:net'

/** `10.0.0.0/8`, or one address. Undefined for anything else. */
export function parseNetwork(text: string): { address: string; prefix: number } | undefined {
  const [address = '', digits, ...more] = text.split('/')
  const family = isIP(address)
  const longest = family === 6 ? 128 : 32
  if (family === 0 || more.length > 0 || address.includes('%')) return undefined
  if (digits === undefined) return { address, prefix: longest }
  if (!/^\d{1,3}$/.test(digits) || Number(digits) > longest) return undefined
  return { address, prefix: Number(digits) }
}

/** Whether an address is in one of some networks. An IPv4 address may come written as IPv6. */
export function networkCheck(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const network of networks) {
    const parsed = parseNetwork(network)
    if (parsed === undefined) throw new RangeError(`${network} is no network`)
    list.addSubnet(parsed.address, parsed.prefix, isIP(parsed.address) === 6 ? 'ipv6' : 'ipv4')
  }
  return (address) => {
    const plain = plainAddress(address)
    return isIP(plain) !== 0 && list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4')
  }
}

/** Without what says that an IPv4 address came to an IPv6 socket, and without an interface. */
export function plainAddress(address: string): string {
  const [plain = ''] = address.split('%')
  return plain.startsWith('::ffff:') && plain.includes('.') ? plain.slice(7) : plain
}
