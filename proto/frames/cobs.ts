/**
 * Consistent overhead byte stuffing: bytes rewritten without any zero, so that a zero can mark where a frame
 * ends. Source: Cheshire and Baker, "Consistent Overhead Byte Stuffing", IEEE/ACM Transactions on Networking 7(2), 1999.
 */

// A code byte counts itself and the bytes up to the next zero; 255 says that no zero follows its 254 bytes.
const longestRun = 254

/** The most bytes that {@link encodeCobs} makes of `length` bytes. */
export function longestCobs(length: number): number {
  return length + Math.floor(length / longestRun) + 1
}

/** Writes `bytes`, stuffed, into `target` from `offset` on and returns the offset behind them. */
export function encodeCobs(bytes: Buffer, target: Buffer, offset: number): number {
  let from = 0
  let to = offset
  for (;;) {
    const zero = bytes.indexOf(0, from)
    let left = (zero === -1 ? bytes.length : zero) - from
    while (left >= longestRun) {
      target[to] = 0xff
      bytes.copy(target, to + 1, from, from + longestRun)
      to += longestRun + 1
      from += longestRun
      left -= longestRun
    }
    target[to] = left + 1
    bytes.copy(target, to + 1, from, from + left)
    to += left + 1
    if (zero === -1) return to
    from = zero + 1
  }
}

/** Takes the stuffing away; undefined when `stuffed`, which holds no zero, is not what {@link encodeCobs} makes. */
export function decodeCobs(stuffed: Buffer): Buffer | undefined {
  const plain = Buffer.allocUnsafe(stuffed.length)
  let from = 0
  let to = 0
  while (from < stuffed.length) {
    const code = stuffed[from] ?? 0
    const end = from + code
    if (code === 0 || end > stuffed.length) return undefined
    to += stuffed.copy(plain, to, from + 1, end)
    from = end
    if (code <= longestRun && from < stuffed.length) plain[to++] = 0
  }
  return plain.subarray(0, to)
}
