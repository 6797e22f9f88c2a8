/** The PROXY protocol as its sender writes it. Pure. */
import { isIPv4, isIPv6 } from 'node:net'
import type { Peers } from './read.ts'

/** @param peers undefined where it is not known who talks */
export function writeProxyHeader(version: 'V1' | 'V2', peers: Peers | undefined): Buffer {
  return version === 'V1' ? writeV1(peers) : writeV2(peers)
}

function writeV1(peers: Peers | undefined): Buffer {
  const family = familyOf(peers)
  if (peers === undefined || family === 0) return Buffer.from('PROXY UNKNOWN\r\n')
  const { source, destination } = peers
  const words = ['PROXY', `TCP${family}`, source.address, destination.address, source.port, destination.port]
  return Buffer.from(`${words.join(' ')}\r\n`)
}

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')

function writeV2(peers: Peers | undefined): Buffer {
  const family = familyOf(peers)
  // LOCAL: the receiver keeps to the connection itself.
  if (peers === undefined || family === 0) return Buffer.concat([signature, Buffer.of(0x20, 0, 0, 0)])
  const { source, destination } = peers
  const bytes = family === 4 ? ipv4Bytes : ipv6Bytes
  const addresses = Buffer.concat([bytes(source.address), bytes(destination.address), Buffer.alloc(4)])
  addresses.writeUInt16BE(source.port, addresses.length - 4)
  addresses.writeUInt16BE(destination.port, addresses.length - 2)
  const head = Buffer.of(0x21, family === 4 ? 0x11 : 0x21, 0, addresses.length)
  return Buffer.concat([signature, head, addresses])
}

/** 0 where the two are not of one family. */
function familyOf(peers: Peers | undefined): 0 | 4 | 6 {
  if (peers === undefined) return 0
  const addresses = [peers.source.address, peers.destination.address]
  if (addresses.every(isIPv4)) return 4
  return addresses.every(isIPv6) ? 6 : 0
}

function ipv4Bytes(address: string): Buffer {
  return Buffer.from(address.split('.').map(Number))
}

function ipv6Bytes(address: string): Buffer {
  // A URL writes an address in its canonical form, without dots.
  const [left = '', right] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const groups = (text: string | undefined) => (text === undefined || text === '' ? [] : text.split(':'))
  const [before, after] = [groups(left), groups(right)]
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  const bytes = Buffer.alloc(16)
  for (const [index, group] of [...before, ...zeros, ...after].entries()) {
    bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2)
  }
  return bytes
}
