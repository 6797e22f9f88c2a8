/** Picks what must be unique to a machine. Pure, but for the random bytes that are handed in. */
import { InvalidRequestError, UnavailableError } from '../../proto/errors.ts'
import { checkName } from '../../proto/names.ts'
import { formatIpv4, parseIpv4, parseSubnet } from './ipv4.ts'
import type { MachineRecord } from './records.ts'

export interface AllocationRequest {
  /** The name that is wished. */
  name: string
  /**
   * What to do when another machine has that name: refuse, or take the next free one of NAME-2, NAME-3 …
   *
   * @default 'refuse'
   */
  whenTaken?: 'refuse' | 'number'
  /** The bridge's own address with prefix length, `10.77.0.1/24`: the machine gets one of the same subnet. */
  bridgeAddress: string
  /** Addresses that no machine may get, such as service addresses, with or without prefix length. */
  reserved?: readonly string[]
  /** Taken as it is, without a check: a child may keep its parent's. @default a new one */
  macAddress?: string
  /** Taken as it is, without a check: a child may keep its parent's. @default a new one */
  address?: string
}

export interface Allocation {
  name: string
  macAddress: string
  /** With prefix length. */
  address: string
  tap: string
}

/** What is not free. */
export interface Taken {
  machines: readonly MachineRecord[]
  /** Names of the host's network interfaces: another store may have made some of them. */
  interfaces: readonly string[]
}

export function allocate(
  request: AllocationRequest,
  taken: Taken,
  randomBytes: (size: number) => Uint8Array,
): Allocation {
  return {
    name: pickName(request, new Set(taken.machines.map(({ name }) => name))),
    macAddress: request.macAddress ?? pickMacAddress(taken, randomBytes),
    address: request.address ?? pickAddress(request, taken),
    tap: pickTap(taken),
  }
}

function pickName({ name, whenTaken = 'refuse' }: AllocationRequest, names: ReadonlySet<string>): string {
  checkName(name, 'machine')
  if (!names.has(name)) return name
  if (whenTaken === 'refuse') {
    throw new InvalidRequestError({
      code: 'MACHINE_EXISTS',
      message: `there is a machine ${name} already`,
      remedy: 'Choose another name, or delete that machine first.',
    })
  }
  return firstFree(2, (number) => numbered(name, number), names)
}

/** Names have at most 63 characters: a long one loses its end to the number. */
function numbered(name: string, number: number): string {
  const suffix = `-${number}`
  return `${name.slice(0, 63 - suffix.length).replace(/-+$/, '')}${suffix}`
}

/** The name of a tap that nobody has. */
export function pickTap({ machines, interfaces }: Taken): string {
  const names = new Set([...machines.flatMap(({ tap, twin }) => [tap, twin?.tap ?? tap]), ...interfaces])
  return firstFree(1, (number) => `cleave${number}`, names)
}

function firstFree(start: number, make: (number: number) => string, taken: ReadonlySet<string>): string {
  for (let number = start; ; number += 1) {
    const candidate = make(number)
    if (!taken.has(candidate)) return candidate
  }
}

function pickMacAddress(taken: Taken, randomBytes: (size: number) => Uint8Array): string {
  const macAddresses = new Set(taken.machines.map(({ macAddress }) => macAddress))
  for (;;) {
    // 02: locally administered, one receiver (IEEE 802).
    const candidate = `02:${Buffer.from(randomBytes(5)).toString('hex').match(/../g)?.join(':')}`
    if (!macAddresses.has(candidate)) return candidate
  }
}

function pickAddress(request: AllocationRequest, taken: Taken): string {
  const subnet = parseSubnet(request.bridgeAddress)
  if (!subnet) {
    throw new InvalidRequestError({
      code: 'BAD_SUBNET',
      message: `${JSON.stringify(request.bridgeAddress)} is no usable address of a bridge`,
      remedy: 'Give an IPv4 address with a prefix length of 8 to 30, such as 10.77.0.1/24.',
    })
  }
  // A machine that was split never runs again, and one of its children may have its address.
  const inUse = taken.machines.filter(({ state }) => state !== 'split').map(({ address }) => address)
  const addresses = new Set([...inUse, ...(request.reserved ?? [])].map(withoutPrefix).map(parseIpv4))
  addresses.add(subnet.address)
  // The first one is the gateway's in most networks.
  for (let address = subnet.network + 2; address < subnet.broadcast; address += 1) {
    if (!addresses.has(address)) return `${formatIpv4(address)}/${subnet.prefixLength}`
  }
  throw new UnavailableError({
    code: 'NO_ADDRESS',
    message: `no address is free in the subnet of ${request.bridgeAddress}`,
    remedy: 'Delete machines that are not needed any more, or use a bridge with a larger subnet.',
  })
}

function withoutPrefix(address: string): string {
  return address.split('/')[0] ?? ''
}
