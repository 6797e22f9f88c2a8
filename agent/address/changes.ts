/** What has to change, so that an interface gets from what it has to what it should have. Pure. */
import { InvalidRequestError } from '../../proto/errors.ts'
import {
  addressFamily,
  isAddressWithPrefix,
  isInterfaceName,
  isSameAddress,
  isSameHost,
  isUsableMac,
  networkOf,
} from './address.ts'

/** What an interface has. */
export interface InterfaceState {
  name: string
  /** The kernel's number for it. */
  index: number
  macAddress: string
  isUp: boolean
  addresses: readonly InterfaceAddress[]
}

export interface InterfaceAddress {
  /** With prefix length. */
  address: string
  /** Valid on this link only, such as fe80::1/64: the kernel made it from the MAC address. */
  isLinkLocal: boolean
}

/** What it should have. */
export interface InterfaceAim {
  /** Empty leaves the one that it has. */
  macAddress: string
  /** The machine's own. The first of a family is what it connects from. */
  own: readonly string[]
  /** Service addresses that must be there; one that is there is not touched, so that its connections live on. */
  service: readonly string[]
  /** Addresses that must go. 'others' is everything that is neither its own nor a service address. */
  remove: readonly string[] | 'others'
  /** Empty leaves the default route as it is. */
  gateway: string
}

/** One step. Addresses are with prefix length. */
export type InterfaceChange =
  | { change: 'delete-address'; address: string }
  | { change: 'set-mac-address'; macAddress: string }
  | { change: 'bring-up' }
  | { change: 'add-address'; address: string }
  /** `source` is the address to connect from. */
  | { change: 'set-network-route'; network: string; source: string }
  | { change: 'set-default-route'; gateway: string; source: string | undefined }

/**
 * @returns in the order in which they are to be made, none when there is nothing to do
 * @throws InvalidRequestError `BAD_ADDRESS` for text that is not what it should be, whoever it comes from
 */
export function interfaceChanges(state: InterfaceState, aim: InterfaceAim): InterfaceChange[] {
  check(state, aim)
  const isWanted = ({ address }: InterfaceAddress) =>
    aim.own.some((one) => isSameAddress(one, address)) || aim.service.some((one) => isSameHost(one, address))
  const mustGo = ({ address }: InterfaceAddress) =>
    aim.remove === 'others' || aim.remove.some((one) => isSameHost(one, address))
  const current = state.addresses.map(({ address }) => address)
  const missing = [
    ...aim.own.filter((address) => !current.some((one) => isSameAddress(one, address))),
    ...aim.service.filter((address) => !current.some((one) => isSameHost(one, address))),
  ]

  const changesMac = changesMacAddress(state, aim)
  const ordinary = state.addresses.filter(({ isLinkLocal }) => !isLinkLocal)
  const linkLocal = changesMac ? state.addresses.filter(({ isLinkLocal }) => isLinkLocal) : []
  const leaving = [...ordinary.filter((address) => mustGo(address) && !isWanted(address)), ...linkLocal]
  const staying = ordinary.filter((address) => !leaving.includes(address)).map(({ address }) => address)

  return [
    // The last first: the kernel lists those that depend on a first one of their network after it.
    ...leaving.toReversed().map(({ address }) => ({ change: 'delete-address', address }) as const),
    ...(changesMac ? [{ change: 'set-mac-address', macAddress: aim.macAddress } as const] : []),
    ...(state.isUp ? [] : [{ change: 'bring-up' } as const]),
    ...missing.map((address) => ({ change: 'add-address', address }) as const),
    ...networkRoutes(aim, [...staying, ...aim.service]),
    ...defaultRoute(aim),
  ]
}

/** True when the kernel must draw a new link-local address, because the old one shows the old MAC address. */
export function changesMacAddress(state: InterfaceState, { macAddress }: InterfaceAim): boolean {
  return macAddress !== '' && macAddress.toLowerCase() !== state.macAddress.toLowerCase()
}

function familyOf(address: string): 0 | 4 | 6 {
  return addressFamily(address.split('/')[0] ?? '')
}

/** Another address may be in the same network and be there first: then the kernel would connect from it. */
function networkRoutes({ own }: InterfaceAim, others: readonly string[]): InterfaceChange[] {
  const isOwn = (address: string) => own.some((one) => isSameAddress(one, address))
  const shared = others.filter((address) => familyOf(address) === 4 && !isOwn(address)).map(networkOf)
  const networks = new Map<string, string>()
  for (const address of own) {
    const [host = '', prefix = ''] = address.split('/')
    if (familyOf(address) !== 4 || Number(prefix) > 30) continue
    const network = networkOf(address)
    if (shared.includes(network) && !networks.has(network)) networks.set(network, host)
  }
  return [...networks].map(([network, source]) => ({ change: 'set-network-route', network, source }))
}

function defaultRoute({ own, gateway }: InterfaceAim): InterfaceChange[] {
  if (gateway === '') return []
  const source = own.find((address) => familyOf(address) === addressFamily(gateway))?.split('/')[0]
  return [{ change: 'set-default-route', gateway, source }]
}

function check(state: InterfaceState, aim: InterfaceAim): void {
  const addresses = [
    ...state.addresses.map(({ address }) => address),
    ...aim.own,
    ...aim.service,
    ...(aim.remove === 'others' ? [] : aim.remove),
  ]
  const bad =
    addresses.find((address) => !isAddressWithPrefix(address)) ??
    [state.name].find((name) => !isInterfaceName(name)) ??
    [aim.macAddress].find((mac) => mac !== '' && !isUsableMac(mac)) ??
    [aim.gateway].find((gateway) => gateway !== '' && addressFamily(gateway) === 0)
  if (bad === undefined) return
  throw new InvalidRequestError({
    code: 'BAD_ADDRESS',
    message: `${JSON.stringify(bad.slice(0, 100))} is not usable as an address, MAC address or interface`,
    remedy:
      'Write addresses with prefix length, such as 10.77.0.80/24, and MAC addresses as 52:54:00:12:34:56.',
  })
}
