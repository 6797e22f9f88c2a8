/** The bridge that machines are on. It stays when the last machine has gone: clients may use its address. */
import { createHash } from 'node:crypto'
import { hostInterfaces } from '../../../store/host-interfaces.ts'
import type { MachineRecord } from '../../../store/records.ts'
import { changeNetwork, type NetworkCommand } from './batch.ts'

/** Makes the machine's bridge when the host has none of that name; one that is there is left as it is. */
export async function ensureBridge(machine: MachineRecord): Promise<void> {
  if (hostInterfaces().includes(machine.bridge)) return
  try {
    await changeNetwork('ip', bridgeCommands(machine))
  } catch (error) {
    // Another process may have been faster.
    if (!hostInterfaces().includes(machine.bridge)) throw error
  }
}

/** The bridge has the gateway's address, with the prefix length of the machine's. Pure. */
export function bridgeCommands({ bridge, gateway, address }: MachineRecord): NetworkCommand[] {
  const prefixLength = address.split('/')[1] ?? '24'
  // Without one of its own it takes the lowest of its ports', and changes it under its clients when a tap comes.
  const macAddress = `02:ce:${createHash('sha256').update(bridge).digest('hex').slice(0, 8).match(/../g)?.join(':')}`
  return [
    // No spanning tree, no delay: a port forwards at once. No snooping: nobody here asks who listens.
    ['link', 'add', 'name', bridge, 'address', macAddress, 'type', 'bridge'].concat([
      'stp_state',
      '0',
      'forward_delay',
      '0',
      'mcast_snooping',
      '0',
    ]),
    ['address', 'add', `${gateway}/${prefixLength}`, 'dev', bridge],
    ['link', 'set', 'dev', bridge, 'up'],
  ]
}
