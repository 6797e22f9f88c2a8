/**
 * What the kernel is told of an interface: requests of rtnetlink(7), made beforehand, so that who sends them needs no
 * program to be loaded. Numbers are those of linux/rtnetlink.h, if_addr.h and if_link.h. Pure.
 */
import { endianness } from 'node:os'
import { addressBytes } from '../../proto/neighbours/address-bytes.ts'
import { addressFamily } from './address.ts'
import type { InterfaceChange } from './changes.ts'

const types = { setLink: 19, newAddress: 20, deleteAddress: 21, newRoute: 24 }
const flags = { request: 0x1, acknowledge: 0x4, replace: 0x100, create: 0x400 }
const attributes = {
  link: { address: 1 },
  address: { address: 1, local: 2, broadcast: 4 },
  route: { destination: 1, interface: 4, gateway: 5, source: 7 },
}
const families = { 4: 2, 6: 10 } as const
const isUp = 1
const withoutDuplicateDetection = 0x2
const mainTable = 254
const protocols = { kernel: 2, boot: 3 }
const scopes = { everywhere: 0, link: 253 }
const unicast = 1
// Of longer networks there is no broadcast address: RFC 3021.
const longestWithBroadcast = 30

const isLittleEndian = endianness() === 'LE'
const header = 16

/** @param index the kernel's number of the interface */
export function encodeChange(change: InterfaceChange, index: number): Buffer {
  switch (change.change) {
    case 'delete-address':
      return deleteAddress(change.address, index)
    case 'add-address':
      return addAddress(change.address, index)
    case 'set-mac-address':
      return setMacAddress(change.macAddress, index)
    case 'bring-up':
      return message(types.setLink, 0, linkHeader(index, isUp))
    case 'set-network-route':
      return setNetworkRoute(change, index)
    case 'set-default-route':
      return setDefaultRoute(change, index)
  }
}

/** For a message about it, such as `add-address 10.77.0.11/24`. */
export function describeChange({ change, ...details }: InterfaceChange): string {
  return [change, ...Object.values(details)].filter((word) => word !== undefined).join(' ')
}

function addAddress(address: string, index: number): Buffer {
  const { family, host, prefix } = parse(address)
  // Nobody else has it: the host saw to that, and a second of waiting for an answer would be silence.
  const addressFlags = family === 6 ? withoutDuplicateDetection : 0
  const hasBroadcast = family === 4 && prefix <= longestWithBroadcast
  const { local, address: peer, broadcast } = attributes.address
  return message(
    types.newAddress,
    flags.create | flags.replace,
    addressHeader({ family, prefix, flags: addressFlags, index }),
    attribute(local, host),
    attribute(peer, host),
    ...(hasBroadcast ? [attribute(broadcast, broadcastOf(host, prefix))] : []),
  )
}

function deleteAddress(address: string, index: number): Buffer {
  const { family, host, prefix } = parse(address)
  const about = addressHeader({ family, prefix, flags: 0, index })
  return message(types.deleteAddress, 0, about, attribute(attributes.address.local, host))
}

function setMacAddress(macAddress: string, index: number): Buffer {
  const bytes = Buffer.from(macAddress.replaceAll(':', ''), 'hex')
  return message(types.setLink, 0, linkHeader(index, 0), attribute(attributes.link.address, bytes))
}

function setNetworkRoute({ network, source }: { network: string; source: string }, index: number): Buffer {
  const { family, host, prefix } = parse(network)
  return message(
    types.newRoute,
    flags.create | flags.replace,
    routeHeader({ family, prefix, protocol: protocols.kernel, scope: scopes.link }),
    attribute(attributes.route.destination, host),
    attribute(attributes.route.source, addressBytes(source)),
    attribute(attributes.route.interface, word(index)),
  )
}

function setDefaultRoute(
  { gateway, source }: { gateway: string; source: string | undefined },
  index: number,
): Buffer {
  const family = addressFamily(gateway)
  return message(
    types.newRoute,
    flags.create | flags.replace,
    routeHeader({ family, prefix: 0, protocol: protocols.boot, scope: scopes.everywhere }),
    attribute(attributes.route.gateway, addressBytes(gateway)),
    ...(source === undefined ? [] : [attribute(attributes.route.source, addressBytes(source))]),
    attribute(attributes.route.interface, word(index)),
  )
}

function parse(address: string) {
  const [host = '', prefix = ''] = address.split('/')
  return { family: addressFamily(host), host: addressBytes(host), prefix: Number(prefix) }
}

function broadcastOf(host: Buffer, prefix: number): Buffer {
  return host.map((byte, position) => {
    const networkBits = Math.min(Math.max(prefix - position * 8, 0), 8)
    return byte | (0xff >> networkBits)
  }) as Buffer
}

function message(type: number, more: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const kind = flags.request | flags.acknowledge | more
  return Buffer.concat([word(header + body.length), half(type), half(kind), word(0), word(0), body])
}

function linkHeader(index: number, up: number): Buffer {
  return Buffer.concat([Buffer.alloc(4), word(index), word(up), word(up)])
}

function addressHeader(fields: { family: Family; prefix: number; flags: number; index: number }): Buffer {
  const { family, prefix, flags, index } = fields
  return Buffer.concat([Buffer.from([numberOf(family), prefix, flags, scopes.everywhere]), word(index)])
}

function routeHeader(fields: { family: Family; prefix: number; protocol: number; scope: number }): Buffer {
  const { family, prefix, protocol, scope } = fields
  const bytes = [numberOf(family), prefix, 0, 0, mainTable, protocol, scope, unicast]
  return Buffer.concat([Buffer.from(bytes), word(0)])
}

type Family = ReturnType<typeof addressFamily>

function numberOf(family: Family): number {
  return family === 0 ? 0 : families[family]
}

/** Padded to whole words, as the next one has to begin at one. */
function attribute(type: number, value: Buffer): Buffer {
  const padding = Buffer.alloc((4 - (value.length % 4)) % 4)
  return Buffer.concat([half(4 + value.length), half(type), value, padding])
}

function half(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  if (isLittleEndian) bytes.writeUInt16LE(value)
  else bytes.writeUInt16BE(value)
  return bytes
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  if (isLittleEndian) bytes.writeUInt32LE(value)
  else bytes.writeUInt32BE(value)
  return bytes
}
