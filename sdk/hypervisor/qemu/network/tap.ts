/** A machine's end on the host: its tap, a port of the bridge. */
import { hostInterfaces } from '../../../store/host-interfaces.ts'
import type { MachineRecord } from '../../../store/records.ts'
import { changeNetwork, type NetworkCommand } from './batch.ts'

/** Makes the machine's tap; one that an earlier run left behind goes first. */
export async function createTap(machine: MachineRecord): Promise<void> {
  const left = hostInterfaces().includes(machine.tap) ? [deletion(machine)] : []
  await changeNetwork('ip', [...left, ...tapCommands(machine)])
}

/** May be repeated, and by several processes at once. A machine with user networking has none. */
export async function deleteTap(machine: MachineRecord): Promise<void> {
  if (machine.userNetwork !== undefined) return
  const isThere = () => hostInterfaces().includes(machine.tap)
  if (!isThere()) return
  try {
    await changeNetwork('ip', [deletion(machine)])
  } catch (error) {
    // Somebody else was quicker.
    if (isThere()) throw error
  }
}

/** Pure. */
export function tapCommands({ tap, bridge }: MachineRecord): NetworkCommand[] {
  return [
    ['tuntap', 'add', 'dev', tap, 'mode', 'tap'],
    // The host itself has no address on it, not even a link-local one.
    ['link', 'set', 'dev', tap, 'addrgenmode', 'none'],
    ['link', 'set', 'dev', tap, 'master', bridge, 'up'],
  ]
}

function deletion({ tap }: MachineRecord): NetworkCommand {
  return ['link', 'delete', 'dev', tap]
}
