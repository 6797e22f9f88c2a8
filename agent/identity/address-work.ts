/** Gives the machine's interface its MAC address, addresses and routes. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FailedError, UnavailableError } from '../../proto/errors.ts'
import type { NetworkIdentity } from '../../proto/generated/messages.ts'
import { addressBatch, changesMacAddress, type InterfaceAim, type InterfaceState } from '../address/batch.ts'
import { lookAtInterface } from '../address/interface.ts'
import { type IpProcess, startIp } from '../address/ip-process.ts'
import { readIfPresent } from '../file/durable.ts'

export interface AddressWork {
  /**
   * @returns what was done, for people
   * @throws UnavailableError `NO_INTERFACE`
   * @throws FailedError `ADDRESSES_FAILED`
   */
  apply(): Promise<string>
}

export interface AddressWorkOptions {
  root: string
  aim: InterfaceAim
  /** What the interface had when it was looked at; undefined when the guest has none. */
  state: InterfaceState | undefined
  /** One that waits already. @default a new one */
  ip?: IpProcess
}

/**
 * @param service service addresses that belong to this machine, with prefix length
 * @param remove service addresses that must go, or everything else
 */
export function aimOf(
  network: NetworkIdentity | null,
  service: readonly string[],
  remove: InterfaceAim['remove'],
): InterfaceAim {
  return {
    macAddress: network?.macAddress ?? '',
    own: network?.addresses ?? [],
    gateway: network?.gateway ?? '',
    service,
    remove,
  }
}

// Announces an address when it or the link comes up, and keeps other addresses of a network when its first one goes.
const settings = [
  'proc/sys/net/ipv4/conf/NAME/arp_notify',
  'proc/sys/net/ipv4/conf/NAME/promote_secondaries',
  'proc/sys/net/ipv6/conf/NAME/ndisc_notify',
]

/** What an interface of ours is always set to. */
export function setUpInterface(root: string, name: string): void {
  for (const setting of settings) {
    const file = join(root, setting.replace('NAME', name))
    if (existsSync(file)) writeFileSync(file, '1')
  }
}

export function createAddressWork({ root, aim, state, ip }: AddressWorkOptions): AddressWork {
  return {
    async apply() {
      if (state === undefined) {
        await ip?.close()
        return describeNothing(aim)
      }
      await change(state, aim, ip ?? startIp())
      if (changesMacAddress(state, aim)) redrawLinkLocal(root, state.name)
      const addresses = [...aim.own, ...aim.service].join(', ')
      return `${state.name} has ${addresses || 'no address of ours'}${aim.macAddress && ` and ${aim.macAddress}`}`
    },
  }
}

async function change(state: InterfaceState, aim: InterfaceAim, ip: IpProcess): Promise<void> {
  try {
    await ip.run(addressBatch(state, aim))
  } catch (error) {
    if (!(error instanceof FailedError)) throw error
    // Somebody else may have changed the interface since it was looked at: look again, once.
    await startIp().run(addressBatch(await lookAtInterface(state.name), aim))
  }
}

// IN6_ADDR_GEN_MODE_NONE of linux/if_link.h
const noGeneration = '1'

/** The kernel draws a link-local address when it is told anew how to; ip can tell it, but then it does not draw. */
function redrawLinkLocal(root: string, name: string): void {
  const file = join(root, 'proc/sys/net/ipv6/conf', name, 'addr_gen_mode')
  const mode = readIfPresent(file)?.trim()
  if (mode === undefined || mode === noGeneration) return
  writeFileSync(file, noGeneration)
  writeFileSync(file, mode)
}

function describeNothing(aim: InterfaceAim): string {
  if (aim.own.length === 0 && aim.service.length === 0 && aim.macAddress === '') return 'not present'
  throw new UnavailableError({
    code: 'NO_INTERFACE',
    message: 'the guest has no Ethernet interface to take the addresses',
    remedy: 'Give the machine a network device whose driver the guest has.',
  })
}
