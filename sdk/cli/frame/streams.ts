/** Standard output and standard error, whoever reads them. */
import { styleText } from 'node:util'
import type { Look } from '../render/look.ts'

const gone = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED'])

/**
 * Goes on without the reader of a stream when that has gone: `cleave vm list | head -1` is no failure, and a split
 * must not break off because its terminal was closed.
 */
export function outliveReaders(streams: readonly NodeJS.WriteStream[]): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!gone.has(error.code ?? '')) throw error
    })
  }
}

/** Colours where a person looks at it and NO_COLOR (no-color.org) is not set. */
export function lookOf(stream: NodeJS.WriteStream): Look {
  return {
    paint: (style, text) => styleText(style, text, { stream }),
    columns: stream.isTTY ? stream.columns : undefined,
  }
}
