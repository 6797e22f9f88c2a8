/** Commands that wait for their answers. */
import { refused } from './errors.ts'
import type { QmpMessage } from './message.ts'

export interface Calls {
  /** Draws an id for a command, and promises its answer. */
  add(command: string): { id: number; answer: Promise<unknown> }
  /** Hands an answer to whoever waits for it; one that nobody waits for any more is dropped. */
  settle(message: Extract<QmpMessage, { kind: 'answer' | 'refusal' }> & { id: number }): void
  forget(id: number): void
  /** Fails all of them. */
  end(reason: Error): void
}

interface Call {
  command: string
  resolve: (value: unknown) => void
  reject: (reason: Error) => void
}

export function createCalls({ peer }: { peer: string }): Calls {
  const waiting = new Map<number, Call>()
  let lastId = 0

  return {
    add(command) {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>()
      lastId += 1
      waiting.set(lastId, { command, resolve, reject })
      return { id: lastId, answer: promise }
    },
    settle(message) {
      const call = waiting.get(message.id)
      waiting.delete(message.id)
      if (message.kind === 'answer') call?.resolve(message.value)
      else call?.reject(refused(peer, call.command, message.errorClass, message.description))
    },
    forget: (id) => void waiting.delete(id),
    end(reason) {
      for (const { reject } of waiting.values()) reject(reason)
      waiting.clear()
    },
  }
}
