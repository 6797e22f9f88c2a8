/** Reads a file that may decide what the agent does, if nobody but its owner could have written it. */
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, type Stats } from 'node:fs'
import { dirname } from 'node:path'

export type TrustedText = { text: string; reason?: undefined } | { reason: string; text?: undefined }

export interface TrustOptions {
  /** The user that has to own it. */
  ownerUserId: number
  /** Bytes. */
  longest: number
}

const writableByOthers = 0o022

/** A reason instead of a text when the file can't be used. Throws nothing that the file itself could cause. */
export function readTrusted(path: string, options: TrustOptions): TrustedText {
  let descriptor: number
  try {
    // The folder's own path may lead over a link; from there on, a link must not lead out of it.
    const real = realpathSync(path)
    if (dirname(real) !== realpathSync(dirname(path)))
      return { reason: `leads out of its folder, to ${real}` }
    // Does not wait for the other end of a named pipe.
    descriptor = openSync(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    return { reason: `can't be opened: ${error instanceof Error ? error.message : String(error)}` }
  }
  try {
    const stat = fstatSync(descriptor)
    const reason = stat.isFile() ? distrust(stat, options.ownerUserId) : 'is not a regular file'
    if (reason !== undefined) return { reason }
    const bytes = Buffer.alloc(options.longest + 1)
    const length = readSync(descriptor, bytes, 0, bytes.length, 0)
    if (length > options.longest) return { reason: `is larger than ${options.longest} bytes` }
    return { text: bytes.toString('utf8', 0, length) }
  } finally {
    closeSync(descriptor)
  }
}

/** Why others than its owner may have written a file, or may have put files into a folder. */
export function distrust(stat: Stats, ownerUserId: number): string | undefined {
  if (stat.uid !== ownerUserId) return `belongs to user ${stat.uid}, not to ${ownerUserId}`
  if ((stat.mode & writableByOthers) !== 0) return 'can be written by others than its owner'
  return undefined
}
