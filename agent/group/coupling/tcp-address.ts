/** Addresses as /proc/net/tcp and tcp6 write them: words in the byte order of the machine. Pure. */

const mappedPrefix = '0000000000000000FFFF0000'

/** The IPv4 address of one that IPv6 mapped (RFC 4291, 2.5.5.2), any other unchanged. */
export function unmapTcpAddress(address: string): string {
  return address.startsWith(mappedPrefix) ? address.slice(mappedPrefix.length) : address
}

/** True for 127.0.0.0/8 and ::1. */
export function isLoopback(address: string): boolean {
  return /^([0-9A-F]{6}7F|0{24}01000000):/.test(address)
}

/** For people: `127.0.0.1:6379`, `[::1]:25`. */
export function formatTcpAddress(address: string): string {
  const [host = '', port = ''] = address.split(':')
  const words = host.match(/.{8}/g) ?? []
  // Both architectures that Debian runs virtual machines on are little-endian.
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).reverse())
  const number = Number.parseInt(port, 16)
  if (bytes.length === 4) return `${bytes.map((byte) => Number.parseInt(byte, 16)).join('.')}:${number}`
  const groups = Array.from({ length: 8 }, (_, index) => `${bytes[index * 2]}${bytes[index * 2 + 1]}`)
  // The URL standard's own way to shorten an address.
  return `${new URL(`http://[${groups.join(':')}]`).hostname}:${number}`
}
