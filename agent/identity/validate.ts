/** Which identity is usable. Pure. */
import { InvalidRequestError } from '../../proto/errors.ts'
import type { MachineIdentity } from '../../proto/generated/messages.ts'
import { addressFamily, isAddressWithPrefix, isInterfaceName, isUsableMac } from '../address/address.ts'

// RFC 1123 labels; Linux takes 64 bytes.
const hostnamePattern = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/
const longestHostname = 64
const machineIdPattern = /^[0-9a-f]{32}$/
const mostAddresses = 16
const shortestEntropy = 32
const longestEntropy = 64
// 2020 and 2200: a host whose clock is outside of them is not to be believed.
const earliestClock = 1_577_836_800_000_000
const latestClock = 7_258_118_400_000_000

/** @throws InvalidRequestError `BAD_IDENTITY` names the first field that is not usable */
export function checkIdentity(identity: MachineIdentity | null): asserts identity is MachineIdentity {
  const problem = identity === null ? 'there is none' : findProblem(identity)
  if (problem !== undefined) throw unusable(problem)
}

/** @throws InvalidRequestError `BAD_IDENTITY` */
export function checkEntropy({ length }: Uint8Array): void {
  if (length >= shortestEntropy && length <= longestEntropy) return
  throw unusable(`${length} bytes of entropy, where ${shortestEntropy} to ${longestEntropy} are needed`)
}

/** @throws InvalidRequestError `BAD_IDENTITY` */
export function checkWallClock(microseconds: number): void {
  if (microseconds >= earliestClock && microseconds <= latestClock) return
  throw unusable(`wall clock ${microseconds} µs`)
}

/** @throws InvalidRequestError `BAD_IDENTITY` */
export function checkUuid(uuid: string): void {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid))
    throw unusable(`UUID ${JSON.stringify(uuid.slice(0, 100))}`)
}

function unusable(problem: string): InvalidRequestError {
  return new InvalidRequestError({
    code: 'BAD_IDENTITY',
    message: `the identity is not usable: ${problem}`,
    remedy: 'Correct it; the fields are described in agent.proto at MachineIdentity.',
  })
}

export function isHostname(text: string): boolean {
  return text.length <= longestHostname && hostnamePattern.test(text)
}

/** machine-id(5): 32 lower-case hexadecimal digits, not all zero. */
export function isMachineId(text: string): boolean {
  return machineIdPattern.test(text) && !/^0+$/.test(text)
}

function findProblem({ hostname, machineId, network }: MachineIdentity) {
  const quote = (text: string) => JSON.stringify(text.slice(0, 100))
  if (!isHostname(hostname)) return `host name ${quote(hostname)}`
  if (machineId !== '' && !isMachineId(machineId)) return `machine id ${quote(machineId)}`
  if (network === null) return undefined
  const { interface: name, macAddress, addresses, gateway } = network
  if (name !== '' && !isInterfaceName(name)) return `interface ${quote(name)}`
  if (macAddress !== '' && !isUsableMac(macAddress)) return `MAC address ${quote(macAddress)}`
  if (addresses.length > mostAddresses) return `${addresses.length} addresses, more than ${mostAddresses}`
  const bad = addresses.find((address) => !isAddressWithPrefix(address))
  if (bad !== undefined) return `address ${quote(bad)}`
  if (gateway !== '' && addressFamily(gateway) === 0) return `gateway ${quote(gateway)}`
  return undefined
}
