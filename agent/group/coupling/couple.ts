/**
 * The coupling graph: every channel by which processes of the workload are joined. What no channel sees: who uses
 * System V semaphores, event descriptors that were inherited, UDP on the loopback, datagrams on unix sockets that are
 * not connected, and what goes through infrastructure, such as calls over the system bus.
 */
import type { Edge } from '../../../proto/generated/messages.ts'
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

// In the order in which their evidence is told.
const channels: readonly ((facts: CouplingFacts) => Edge[])[] = [
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

/** All edges, in the same order for the same facts. As many as there are objects and holders, never their square. */
export async function couple(facts: CouplingFacts, pace: Pace): Promise<Edge[]> {
  const edges: Edge[] = []
  for (const channel of channels) {
    // One by one: an argument list has a limit.
    for (const edge of channel(facts)) edges.push(edge)
    if (pace.isDue()) await pace.rest()
  }
  return edges
}
