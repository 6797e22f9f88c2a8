/** The PROXY protocol, versions 1 and 2, as its receiver reads it (haproxy.org, proxy-protocol.txt). Pure. */
import { isIPv4, isIPv6 } from 'node:net'

export interface Peers {
  source: { address: string; port: number }
  destination: { address: string; port: number }
}

export type ReadHeader =
  /** More bytes are needed. */
  | 'more'
  /** These bytes are no such header, and nothing else may come first. */
  | 'wrong'
  /** `peers` is undefined for a connection of the sender's own, such as a health check. */
  | { length: number; peers: Peers | undefined }

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
const longestV1 = 107
// Room for some hundred fields, which are passed over.
const longestV2 = 16 + 2048
/** No header is longer. */
export const longestHeader = longestV2

export function readProxyHeader(bytes: Buffer): ReadHeader {
  const shown = Math.min(bytes.length, signature.length)
  if (bytes.subarray(0, shown).equals(signature.subarray(0, shown))) {
    return bytes.length < 16 ? 'more' : readV2(bytes)
  }
  return readV1(bytes)
}

function readV1(bytes: Buffer): ReadHeader {
  const beginning = 'PROXY '
  const text = bytes.toString('latin1', 0, Math.min(bytes.length, longestV1))
  if (!beginning.startsWith(text.slice(0, beginning.length))) return 'wrong'
  const end = text.indexOf('\r\n')
  if (end < 0) return bytes.length >= longestV1 ? 'wrong' : 'more'
  const length = end + 2
  const words = text.slice(0, end).split(' ')
  if (words[1] === 'UNKNOWN') return { length, peers: undefined }
  const [, family, from, to, fromPort, toPort, rest] = words
  const isAddress = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isIPv6 : () => false
  if (rest !== undefined || !isAddress(from ?? '') || !isAddress(to ?? '')) return 'wrong'
  const ports = [readPort(fromPort), readPort(toPort)] as const
  if (ports[0] === undefined || ports[1] === undefined) return 'wrong'
  return {
    length,
    peers: {
      source: { address: from as string, port: ports[0] },
      destination: { address: to as string, port: ports[1] },
    },
  }
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined || !/^(0|[1-9]\d{0,4})$/.test(text)) return undefined
  const port = Number(text)
  return port <= 65_535 ? port : undefined
}

function readV2(bytes: Buffer): ReadHeader {
  const command = bytes.readUInt8(12)
  const family = bytes.readUInt8(13) >> 4
  const length = 16 + bytes.readUInt16BE(14)
  if ((command !== 0x20 && command !== 0x21) || length > longestV2) return 'wrong'
  if (bytes.length < length) return 'more'
  if (command === 0x20) return { length, peers: undefined }
  const size = family === 1 ? 4 : family === 2 ? 16 : 0
  // Of another family nothing can be said.
  if (size === 0) return { length, peers: undefined }
  if (length < 16 + 2 * size + 4) return 'wrong'
  const address = (at: number) =>
    size === 4 ? ipv4(bytes.subarray(at, at + 4)) : ipv6(bytes.subarray(at, at + 16))
  const portsAt = 16 + 2 * size
  return {
    length,
    peers: {
      source: { address: address(16), port: bytes.readUInt16BE(portsAt) },
      destination: { address: address(16 + size), port: bytes.readUInt16BE(portsAt + 2) },
    },
  }
}

function ipv4(bytes: Buffer): string {
  return [...bytes].join('.')
}

function ipv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16))
  return groups.join(':')
}
