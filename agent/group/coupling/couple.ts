/**
 * The coupling graph: every channel by which processes of the workload are joined. What no channel sees: who uses
 * System V semaphores, event descriptors that were inherited, UDP on the loopback, datagrams on unix sockets that are
 * not connected, what a process holds whose first thread has ended, and what goes through infrastructure, such as calls
 * over the system bus.
 */
import type { Pace } from '../../process/pace.ts'
import { coupleByCgroup } from './channels/cgroup.ts'
import { coupleByFifo } from './channels/fifo.ts'
import { coupleByLoopbackTcp } from './channels/loopback-tcp.ts'
import { coupleByPipe } from './channels/pipe.ts'
import { coupleByPosixSharedMemory } from './channels/posix-shared-memory.ts'
import { coupleByPtrace } from './channels/ptrace.ts'
import { coupleBySession } from './channels/session.ts'
import { coupleBySharedMapping } from './channels/shared-mapping.ts'
import { coupleBySharedSocket } from './channels/shared-socket.ts'
import { coupleBySystemVIpc } from './channels/system-v-ipc.ts'
import { coupleByUnit } from './channels/unit.ts'
import { coupleByUnixSocket } from './channels/unix-socket.ts'
import { coupleByWrittenFile } from './channels/written-file.ts'
import type { CouplingFacts } from './facts.ts'
import type { Tie } from './ties.ts'

// In the order in which their evidence is told.
const channels: readonly ((facts: CouplingFacts) => Tie[])[] = [
  coupleByUnit,
  coupleByCgroup,
  coupleBySession,
  coupleByUnixSocket,
  coupleByLoopbackTcp,
  coupleBySharedSocket,
  coupleByPipe,
  coupleByFifo,
  coupleBySharedMapping,
  coupleBySystemVIpc,
  coupleByPosixSharedMemory,
  coupleByPtrace,
  coupleByWrittenFile,
]

/** All ties, in the same order for the same facts. */
export async function couple(facts: CouplingFacts, pace: Pace): Promise<Tie[]> {
  const ties: Tie[] = []
  for (const channel of channels) {
    // One by one: an argument list has a limit.
    for (const tie of channel(facts)) ties.push(tie)
    if (pace.isDue()) await pace.rest()
  }
  return ties
}
