/** Where connections to backends read into: a buffer for each read would cost more than the read. */
import type { OnReadOpts } from 'node:net'
import { smallBytes } from './write-soon.ts'

/** Takes what came. @returns false while the bytes are still needed: then they stay as they are */
export type Receive = (chunk: Buffer) => boolean

const bigBytes = 256 * 1024
const mostSpare = 8

/** For all connections: what fits is copied out before another one reads. Whoever fills it has more to say than is worth copying. */
const common = Buffer.allocUnsafeSlow(smallBytes)
const spare: Buffer[] = []

/** @param receive asked anew for each read */
export function readingFor(receive: () => Receive): OnReadOpts {
  // While it comes in streams.
  let own: Buffer | undefined
  return {
    buffer: () => own ?? common,
    callback: (count, buffer) => {
      if (count < smallBytes) {
        if (own !== undefined && spare.length < mostSpare) spare.push(own)
        own = undefined
        receive()(copyOf(buffer, count))
      } else if (own === undefined) {
        own = bigBuffer()
        receive()(copyOf(buffer, count))
      } else if (!receive()(own.subarray(0, count))) own = bigBuffer()
      return true
    },
  }
}

function bigBuffer(): Buffer {
  return spare.pop() ?? Buffer.allocUnsafeSlow(bigBytes)
}

function copyOf(buffer: Uint8Array, count: number): Buffer {
  const copy = Buffer.allocUnsafe(count)
  copy.set(count === buffer.length ? buffer : buffer.subarray(0, count))
  return copy
}
