/** Finds frames in a stream of bytes that may begin anywhere, break anywhere and hold anything. */
import { decodeFrame, type Frame, longestStuffed } from './frame.ts'

/** Takes the next bytes and returns the frames that they complete. It copies what it keeps: the caller may reuse `chunk`. */
export type FrameDecoder = (chunk: Buffer) => Frame[]

export function createFrameDecoder(): FrameDecoder {
  const begun = Buffer.allocUnsafe(longestStuffed)
  let length = 0
  // Set while the frame that was begun is longer than any frame: what follows up to its end is garbage too.
  let overlong = false

  const keep = (piece: Buffer): void => {
    overlong ||= length + piece.length > longestStuffed
    if (!overlong) length += piece.copy(begun, length)
  }

  const finish = (piece: Buffer): Frame | undefined => {
    let stuffed = piece
    if (length > 0 || overlong) {
      keep(piece)
      stuffed = begun.subarray(0, length)
    }
    const whole = !overlong && stuffed.length > 0 && stuffed.length <= longestStuffed
    length = 0
    overlong = false
    return whole ? decodeFrame(stuffed) : undefined
  }

  return (chunk) => {
    const frames: Frame[] = []
    let from = 0
    for (;;) {
      const end = chunk.indexOf(0, from)
      if (end === -1) {
        keep(chunk.subarray(from))
        return frames
      }
      const frame = finish(chunk.subarray(from, end))
      if (frame !== undefined) frames.push(frame)
      from = end + 1
    }
  }
}
