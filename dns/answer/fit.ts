/** Makes an answer as small as its way asks for. Pure. */
import type { Edns } from '../../proto/dns/edns.ts'
import { MalformedError } from '../../proto/dns/malformed.ts'
import { type Message, messageBytes } from '../../proto/dns/message.ts'
import { largestDatagram, largestMessage, recordTypes } from '../../proto/dns/numbers.ts'

const smallestDatagram = 512

export type Way = 'datagram' | 'stream'

/** How many bytes an answer may have. `room` is kept for a signature. */
export function largestFor(way: Way, edns: Edns | undefined, room = 0): number {
  if (way === 'stream') return largestMessage - room
  return Math.min(Math.max(edns?.datagramSize ?? smallestDatagram, smallestDatagram), largestDatagram) - room
}

/** The bytes: all of it, or without what is only additional, or nothing but a sign to ask again over TCP. */
export function fit(message: Message, largest: number): Buffer {
  const edns = message.additionals.filter(({ type }) => type === recordTypes.OPT)
  return (
    bytesWithin(message, largest) ??
    bytesWithin({ ...message, additionals: edns }, largest) ??
    messageBytes({ ...message, truncated: true, answers: [], authorities: [], additionals: edns })
  )
}

function bytesWithin(message: Message, largest: number): Buffer | undefined {
  try {
    return messageBytes(message, largest)
  } catch (error) {
    if (error instanceof MalformedError) return undefined
    throw error
  }
}
