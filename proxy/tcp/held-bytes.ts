/** What a client says while it has no backend. */
import type { Socket } from 'node:net'

export interface HeldBytes {
  /** Reads from the client up to the bound, so that it is seen when it goes away. */
  hold(): void
  /** Gives all to a backend, and reads no more by itself. @returns how many bytes that was */
  sendTo(backend: Socket): number
}

/** @param options.room of now, in bytes; beyond it the client is not read from */
export function createHeldBytes(options: { client: Socket; first: Buffer; room: () => number }): HeldBytes {
  const { client, first, room } = options
  let pieces = first.length === 0 ? [] : [first]
  let bytes = first.length
  let isHolding = false
  const keep = (chunk: Buffer): void => {
    pieces.push(chunk)
    bytes += chunk.length
    if (bytes >= room()) client.pause()
  }
  return {
    hold: () => {
      if (isHolding) return
      isHolding = true
      client.on('data', keep)
      if (bytes >= room()) client.pause()
      else client.resume()
    },
    sendTo: (backend) => {
      isHolding = false
      client.off('data', keep)
      for (const piece of pieces) backend.write(piece)
      const sent = bytes
      pieces = []
      bytes = 0
      return sent
    },
  }
}
