/** Sequence numbers of one session, one counter for each direction. */
import type { Frame, FrameType } from './frame.ts'

export interface Counters {
  readonly session: bigint
  /** The next frame to send. `open` and `accept`, which may be repeated, are number 0. */
  readonly send: (type: FrameType, payload: Buffer) => Frame
  /** True when `frame` is the one that must come next; false after a gap: bytes were lost. */
  readonly receive: (frame: Frame) => boolean
}

export function createCounters(session: bigint): Counters {
  let sent = 1
  let received = 1
  return {
    session,
    send: (type, payload) => {
      const sequence = sent
      sent = (sent + 1) >>> 0
      return { type, session, sequence, payload }
    },
    receive: (frame) => {
      if (frame.sequence !== received) return false
      received = (received + 1) >>> 0
      return true
    },
  }
}

/** No host draws it: in a `close` it stands for whatever session the other side believes in. */
export const everySession = 0n

/** A `close` out of turn, number 0: its sender gives the session up, and what it sent before may not be all. */
export function abortFrame(session: bigint): Frame {
  return { type: 'close', session, sequence: 0, payload: Buffer.alloc(0) }
}
