/** Reads /proc/sysvipc/msg, see sysvipc(7). Pure. */
import type { MessageQueue } from '../facts.ts'

// key msqid perms cbytes qnum lspid lrpid …
const line = /^ *-?\d+ +(\d+) +\d+ +\d+ +\d+ +(\d+) +(\d+) /gm

export function parseMessageQueues(text: string): MessageQueue[] {
  return Array.from(text.matchAll(line), ([, id, lastSender, lastReceiver]) => ({
    id: Number(id),
    lastSender: Number(lastSender),
    lastReceiver: Number(lastReceiver),
  }))
}
