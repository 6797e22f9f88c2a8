import { MalformedError } from './malformed.ts'
import { labelBytes, labelsOf } from './name.ts'

/** Puts the bytes of a message together. Every method throws a {@link MalformedError} beyond the largest size. */
export interface MessageWriter {
  u16(value: number): void
  u32(value: number): void
  raw(bytes: Buffer): void
  /** Shortened by a pointer to what is the same in an earlier name, in the same case. */
  name(name: string): void
  /** What `write` writes, after its length. */
  sized(write: () => void): void
  bytes(): Buffer
}

const usualSize = 512
const plain = /^[A-Za-z0-9_-]+$/
// Pointers have 14 bits.
const farthestPointer = 0x3fff

export function createWriter(largest: number): MessageWriter {
  let buffer = Buffer.allocUnsafe(Math.min(usualSize, largest))
  let length = 0
  const known = new Map<string, number>()

  const reserve = (count: number): number => {
    const at = length
    length += count
    if (length > largest) throw new MalformedError(`a message is longer than ${largest} bytes`)
    if (length > buffer.length) {
      const larger = Buffer.allocUnsafe(Math.min(largest, Math.max(length, buffer.length * 4)))
      buffer.copy(larger)
      buffer = larger
    }
    return at
  }
  const u16 = (value: number): void => {
    const at = reserve(2)
    buffer.writeUInt16BE(value, at)
  }
  const raw = (bytes: Buffer): void => {
    const at = reserve(bytes.length)
    bytes.copy(buffer, at)
  }
  const name = (whole: string): void => {
    let rest = whole
    for (const label of labelsOf(whole)) {
      const pointer = known.get(rest)
      if (pointer !== undefined) {
        u16(0xc000 | pointer)
        return
      }
      if (length <= farthestPointer) known.set(rest, length)
      const size = plainSize(label)
      if (size > 0) {
        const at = reserve(size + 1)
        buffer[at] = size
        buffer.write(label, at + 1, 'latin1')
      } else {
        const bytes = labelBytes(label)
        raw(Buffer.of(bytes.length))
        raw(bytes)
      }
      rest = rest.slice(label.length + 1)
    }
    const at = reserve(1)
    buffer[at] = 0
  }
  return {
    u16,
    u32: (value) => {
      const at = reserve(4)
      buffer.writeUInt32BE(value, at)
    },
    raw,
    name,
    sized: (write) => {
      const at = reserve(2)
      write()
      buffer.writeUInt16BE(length - at - 2, at)
    },
    bytes: () => buffer.subarray(0, length),
  }
}

/** How many bytes a label has that is written as it is; 0 for one that needs a closer look. */
function plainSize(label: string): number {
  return label.length <= 63 && plain.test(label) ? label.length : 0
}
