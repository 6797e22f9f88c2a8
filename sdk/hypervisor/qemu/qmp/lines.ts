/** Cuts a stream of bytes into lines of a bounded length. Pure but for what it keeps between two chunks. */

export interface LineSplitter {
  /**
   * The lines that this chunk completes, without their ends.
   *
   * @throws RangeError when a line is longer than the bound
   */
  push(chunk: Buffer): string[]
}

const lineFeed = 0x0a

/** @param options.longest the most bytes that a line may have */
export function createLineSplitter({ longest }: { longest: number }): LineSplitter {
  let parts: Buffer[] = []
  let size = 0

  const add = (part: Buffer) => {
    size += part.length
    if (size > longest) throw new RangeError(`a line is longer than ${longest} bytes`)
    parts.push(part)
  }
  const take = () => {
    const line = Buffer.concat(parts).toString('utf8').replace(/\r$/, '')
    parts = []
    size = 0
    return line
  }

  return {
    push(chunk) {
      const lines: string[] = []
      let start = 0
      for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
        add(chunk.subarray(start, end))
        lines.push(take())
        start = end + 1
      }
      if (start < chunk.length) add(chunk.subarray(start))
      return lines
    },
  }
}
