/** Takes a stream apart into the messages that follow their lengths. */
export interface MessageSplitter {
  /** The messages that are whole with this chunk. */
  take(chunk: Buffer): Buffer[]
}

export function createMessageSplitter(): MessageSplitter {
  /** What is there of a message that is not whole. */
  let parts: Buffer[] = []
  let length = 0

  return {
    take: (chunk) => {
      parts.push(chunk)
      length += chunk.length
      // Joined only once a message is whole, so that one in many small pieces costs no more.
      if (length < wanted(parts)) return []
      const bytes = parts.length === 1 ? chunk : Buffer.concat(parts)
      const messages: Buffer[] = []
      let at = 0
      while (at + 2 <= bytes.length && at + 2 + bytes.readUInt16BE(at) <= bytes.length) {
        const end = at + 2 + bytes.readUInt16BE(at)
        messages.push(bytes.subarray(at + 2, end))
        at = end
      }
      parts = at === bytes.length ? [] : [Buffer.from(bytes.subarray(at))]
      length = bytes.length - at
      return messages
    },
  }
}

/** How many bytes the first message has with its length, as far as that is known. */
function wanted(parts: readonly Buffer[]): number {
  const [first, second] = parts
  const high = first?.[0]
  const low = first !== undefined && first.length > 1 ? first[1] : second?.[0]
  return high === undefined || low === undefined ? 2 : 2 + ((high << 8) | low)
}
