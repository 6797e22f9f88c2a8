import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { UnavailableError } from '../../../proto/errors.ts'
import { linkLocalOf } from '../../address/address.ts'
import {
  changesMacAddress,
  type InterfaceAim,
  type InterfaceState,
  interfaceChanges,
} from '../../address/changes.ts'
import { describeChange, encodeChange } from '../../address/netlink.ts'
import type { Action } from '../../adopter/plan.ts'
import { readIfPresent } from '../../file/durable.ts'
import { done, type QuickItem } from './item.ts'

/** MAC address, own addresses, default route and service addresses. */
export const network: QuickItem = {
  name: 'network',
  look({ root, state }) {
    if (state === undefined) return ({ addresses }) => ({ ...describeNothing(addresses), actions: [] })
    const settings = settingActions(root, state)
    const linkLocal = linkLocalMode(root, state)
    return ({ addresses }) => {
      const changesMac = changesMacAddress(state, addresses)
      const ofMac =
        changesMac && linkLocal === modes.fromMacAddress ? [linkLocalOf(addresses.macAddress)] : []
      const changes = interfaceChanges(state, { ...addresses, own: [...addresses.own, ...ofMac] })
      const actions: Action[] = [
        ...settings,
        ...changes.map(
          (change): Action => ({
            do: 'netlink',
            what: describeChange(change),
            message: encodeChange(change, state.index),
          }),
        ),
        ...(changesMac ? leaveSecret(root, state, linkLocal) : []),
      ]
      return { ...done(describe(state, addresses)), actions }
    }
  },
}

// Announces an address when it or the link comes up, and keeps other addresses of a network when its first one goes.
const settings = [
  'proc/sys/net/ipv4/conf/NAME/arp_notify',
  'proc/sys/net/ipv4/conf/NAME/promote_secondaries',
  'proc/sys/net/ipv6/conf/NAME/ndisc_notify',
]
const isSet = '1'

/** What an interface of ours is always set to, where it is not yet. */
function settingActions(root: string, { name }: InterfaceState): Action[] {
  return settings
    .map((setting) => join(root, setting.replace('NAME', name)))
    .filter((path) => existsSync(path) && readIfPresent(path)?.trim() !== isSet)
    .map((path) => ({ do: 'write', path, data: isSet }))
}

// IN6_ADDR_GEN_MODE_… of linux/if_link.h
const modes = { fromMacAddress: '0', none: '1' }
const modeFile = (root: string, { name }: InterfaceState) =>
  join(root, 'proc/sys/net/ipv6/conf', name, 'addr_gen_mode')

/** How the kernel makes the link-local address; `none` where there is none. */
function linkLocalMode(root: string, state: InterfaceState): string {
  if (!state.addresses.some(({ isLinkLocal }) => isLinkLocal)) return modes.none
  return readIfPresent(modeFile(root, state))?.trim() ?? modes.none
}

/**
 * A secret that the kernel makes addresses from is copied with the machine, and every copy would make the same: so they
 * are made from the MAC address, at once and later.
 */
function leaveSecret(root: string, state: InterfaceState, mode: string): Action[] {
  if (mode === modes.none || mode === modes.fromMacAddress) return []
  return [{ do: 'write', path: modeFile(root, state), data: modes.fromMacAddress }]
}

function describe({ name }: InterfaceState, { own, service, macAddress }: InterfaceAim): string {
  const addresses = [...own, ...service].join(', ')
  return `${name} has ${addresses || 'no address of ours'}${macAddress && ` and ${macAddress}`}`
}

function describeNothing({ own, service, macAddress }: InterfaceAim) {
  if (own.length === 0 && service.length === 0 && macAddress === '') return done('not present')
  throw new UnavailableError({
    code: 'NO_INTERFACE',
    message: 'the guest has no Ethernet interface to take the addresses',
    remedy: 'Give the machine a network device whose driver the guest has.',
  })
}
