/**
 * System V shared memory that both have attached, and a message queue that one sent to and the other received from
 * last. A pid that the kernel gave to another process since then joins too much, never too little. Not seen: who uses
 * a set of semaphores, because the kernel does not tell, and earlier users of a queue.
 */
import { Channel } from '../../../../proto/generated/messages.ts'
import type { CouplingFacts } from '../facts.ts'
import { sharedMemory } from '../mapped-memory.ts'
import { isSystemVSharedMemory } from '../memory-kind.ts'
import { createTies, type Tie } from '../ties.ts'

export function coupleBySystemVIpc({ processes, messageQueues }: CouplingFacts): Tie[] {
  const ties = createTies(Channel.CHANNEL_SYSTEM_V_IPC)
  for (const { path, holders } of sharedMemory(processes, isSystemVSharedMemory)) {
    ties.add(holders, `System V shared memory, key 0x${path.slice(5, 13)}`)
  }
  const byPid = new Map(processes.map(({ process }) => [process.id?.pid ?? 0, process]))
  for (const queue of messageQueues) {
    const sender = byPid.get(queue.lastSender)
    const receiver = byPid.get(queue.lastReceiver)
    if (sender === undefined || receiver === undefined) continue
    ties.add([sender, receiver], `System V message queue ${queue.id}`)
  }
  return ties.list()
}
