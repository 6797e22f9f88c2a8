/** The body of a request, which is kept until there is somebody to send it to. */
import type { Socket } from 'node:net'
import { writeSoon } from '../write-soon.ts'
import { createBody } from './framing.ts'
import type { Framing } from './head.ts'

export interface RequestBody {
  /**
   * Takes what is of the body.
   *
   * @returns how many bytes that was, -1 when they are framed wrongly
   */
  take(chunk: Buffer, from: number): number
  /** False when no more should be taken for now. */
  hasRoom(): boolean
  isComplete(): boolean
  /** Bytes so far. */
  length(): number
  /** Sends what was kept, and from now on what comes. */
  sendTo(target: Socket, head: string): void
}

/** @param options.room bytes that are kept while there is nobody to send them to */
export function createRequestBody(options: { framing: Framing; room: () => number }): RequestBody {
  const body = createBody(options.framing)
  let kept: Buffer[] | undefined
  let keptBytes = 0
  let target: Socket | undefined

  return {
    take: (chunk, from) => {
      const used = body.take(chunk, from)
      if (used <= 0) return used
      const piece = used === chunk.length ? chunk : chunk.subarray(from, from + used)
      if (target !== undefined) writeSoon(target, piece)
      else {
        kept ??= []
        kept.push(piece)
        keptBytes += used
      }
      return used
    },
    hasRoom: () => (target === undefined ? keptBytes <= options.room() : !target.writableNeedDrain),
    isComplete: () => body.isComplete(),
    length: () => body.taken(),
    sendTo: (socket, head) => {
      target = socket
      if (kept === undefined) {
        writeSoon(socket, head)
        return
      }
      writeSoon(socket, Buffer.concat([Buffer.from(head, 'latin1'), ...kept]))
      kept = undefined
    },
  }
}
