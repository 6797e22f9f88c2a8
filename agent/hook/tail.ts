/** The end of an output of any length. */

/** Keeps the last bytes of what it is given. */
export interface Tail {
  add(chunk: Buffer): void
  /** Without the part of a character that the cut left at the beginning, and without the last line end. */
  text(): string
}

export function createTail(longest: number): Tail {
  let kept: Buffer = Buffer.alloc(0)
  return {
    add(chunk) {
      kept = Buffer.concat([kept, chunk.subarray(-longest)])
      if (kept.length > longest) kept = Buffer.from(kept.subarray(-longest))
    },
    text() {
      // Bytes 10xxxxxx go on with a character of UTF-8: three of them at most.
      let begin = 0
      while (kept.length === longest && begin < 3 && ((kept[begin] ?? 0) & 0xc0) === 0x80) begin += 1
      return kept.toString('utf8', begin).trimEnd()
    },
  }
}
