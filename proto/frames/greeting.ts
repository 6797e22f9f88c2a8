/** What `open` and `refuse` carry. Their layout stays the same in every version of the protocol. */
import type { Frame, FrameType } from './frame.ts'

const versionLength = 4

/** `open`, `accept` or `refuse` with the protocol version of the side that sends it. */
export function greet(type: FrameType, session: bigint, version: number): Frame {
  const payload = Buffer.alloc(versionLength)
  payload.writeUInt32BE(version)
  return { type, session, sequence: 0, payload }
}

/** The protocol version in a greeting, 0 when it carries none. Later versions may append to it. */
export function greetedVersion(frame: Frame): number {
  return frame.payload.length < versionLength ? 0 : frame.payload.readUInt32BE(0)
}
