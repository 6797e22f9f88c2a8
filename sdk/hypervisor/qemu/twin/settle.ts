/** Which of two processes has a machine, after a move between them that came to whatever end. */
import type { MachineRecord } from '../../../store/records.ts'
import type { MachineStatus } from '../../hypervisor.ts'
import { end } from '../boot.ts'
import { machineFiles } from '../machine-files.ts'
import { listen } from '../network/user.ts'
import { connectQmp } from '../qmp/client.ts'
import { goOn } from '../resume.ts'
import { status } from '../status.ts'

export type Holder = 'machine' | 'twin'

/** What the two processes do. */
export interface Pair {
  machine: MachineStatus
  twin: MachineStatus
}

/**
 * Which of them goes on. The twin does not run before the first has given everything away, and the first goes on by
 * itself when it could not. Pure.
 */
export function holderOf({ machine, twin }: Pair): Holder {
  if (twin === 'running') return 'twin'
  // It has everything, and the first has given it away or has ended.
  if (twin === 'paused' && machine !== 'running') return 'twin'
  return 'machine'
}

export async function settleTwin(machine: MachineRecord, twin: MachineRecord): Promise<Holder> {
  const pair: Pair = { machine: await status(machine), twin: await status(twin) }
  const holder = holderOf(pair)
  const [stays, goes] = holder === 'twin' ? [twin, machine] : [machine, twin]
  // Also what ends a migration to it.
  await end(goes)
  if (pair[holder] !== 'absent') {
    await goOn(stays)
    await listenAgain(stays)
  }
  return holder
}

/** On the ports of its forwards, which the other process may have had. */
async function listenAgain(machine: MachineRecord): Promise<void> {
  using monitor = await connectQmp({ path: machineFiles(machine).monitor, peer: `QEMU of ${machine.name}` })
  await listen(machine, monitor)
}
