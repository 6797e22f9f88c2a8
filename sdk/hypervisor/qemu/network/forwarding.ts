import type { MachineRecord } from '../../../store/records.ts'
import { changeNetwork } from './batch.ts'

/**
 * Makes the bridge send what is for this machine's MAC address to its tap, whoever sends from that address
 * elsewhere. What comes before the machine runs waits in the tap instead of being lost with its parent's.
 * It ends with the tap. Without effect with user networking, where nothing is on its way to a guest.
 */
export async function forwardToTap({ macAddress, tap, userNetwork }: MachineRecord): Promise<void> {
  if (userNetwork !== undefined) return
  await changeNetwork('bridge', [
    // Sticky: while the parent still runs, what it sends would move the entry back to its own tap.
    ['fdb', 'replace', macAddress, 'dev', tap, 'master', 'static', 'sticky'],
  ])
}
