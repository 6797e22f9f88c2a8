/** Finds where a body ends, in pieces as they come, and copies nothing. Pure. */
import type { Framing } from './head.ts'

export interface Body {
  /**
   * Takes the next bytes.
   *
   * @returns how many of them, from `from` on, are of the body; -1 when they are none
   */
  take(bytes: Buffer, from: number): number
  /** All of it has come. Never true of one that ends with its connection. */
  isComplete(): boolean
  /** Bytes so far, with what frames them. */
  taken(): number
}

export function createBody(framing: Framing): Body {
  if (framing === 'none') return nothing
  if (framing === 'chunked') return createChunks()
  const length = framing === 'close' ? Number.POSITIVE_INFINITY : framing
  let taken = 0
  return {
    take: (bytes, from) => {
      const part = Math.min(length - taken, bytes.length - from)
      taken += part
      return part
    },
    isComplete: () => taken === length,
    taken: () => taken,
  }
}

/** It has no state: one serves for all. */
const nothing: Body = { take: () => 0, isComplete: () => true, taken: () => 0 }

const longestSizeLine = 256
// 4 PiB: also what follows still counts exactly.
const mostSizeDigits = 13
const longestTrailer = 8192

type State =
  | 'size'
  | 'extension'
  | 'size-lf'
  | 'data'
  | 'data-cr'
  | 'data-lf'
  | 'trailer'
  | 'trailer-lf'
  | 'done'

function createChunks(): Body {
  let state: State = 'size'
  let size = 0
  let digits = 0
  let line = 0
  // Of the trailer all together, and of the line of it that is coming.
  let trailer = 0
  let trailerLine = 0
  let taken = 0

  /** False when it is no byte that may come. */
  const step = (byte: number): boolean => {
    switch (state) {
      case 'size': {
        const digit = hexDigit(byte)
        if (digit >= 0) {
          size = size * 16 + digit
          return ++digits <= mostSizeDigits
        }
        if (digits === 0) return false
        if (byte === 0x0d) state = 'size-lf'
        else if (byte === 0x3b) state = 'extension'
        else return false
        return true
      }
      case 'extension':
        if (byte === 0x0d) state = 'size-lf'
        else if (byte === 0x0a || byte === 0) return false
        return ++line <= longestSizeLine
      case 'size-lf':
        state = size === 0 ? 'trailer' : 'data'
        line = 0
        digits = 0
        return byte === 0x0a
      case 'data-cr':
        state = 'data-lf'
        return byte === 0x0d
      case 'data-lf':
        state = 'size'
        return byte === 0x0a
      case 'trailer':
        if (byte === 0x0d) state = 'trailer-lf'
        else if (byte === 0x0a || byte === 0) return false
        else trailerLine++
        return ++trailer <= longestTrailer
      case 'trailer-lf':
        state = trailerLine === 0 ? 'done' : 'trailer'
        trailerLine = 0
        return byte === 0x0a
      default:
        return false
    }
  }

  return {
    take: (bytes, from) => {
      let at = from
      while (at < bytes.length && state !== 'done') {
        if (state === 'data') {
          const part = Math.min(size, bytes.length - at)
          size -= part
          at += part
          if (size === 0) state = 'data-cr'
        } else {
          if (!step(bytes[at] as number)) return -1
          at++
        }
      }
      taken += at - from
      return at - from
    },
    isComplete: () => state === 'done',
    taken: () => taken,
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}
