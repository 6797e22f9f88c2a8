/** Reads a file whose owner says who speaks, in a folder where everybody may put anything. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { errorCode } from '../control/gone.ts'

export type OwnedText = { text: string; userId: number; reason?: undefined } | { reason: string }

const writableByOthers = 0o022

/**
 * What is put in place of the file meanwhile is not looked at: everything is asked of the file that was opened. Nothing
 * in the folder can make it wait.
 */
export function readOwned(path: string, longest: number): OwnedText {
  let descriptor: number
  try {
    // Neither follows a link, nor waits for the other end of a named pipe or for who holds a lease.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    return { reason: errorCode(error) === 'ELOOP' ? 'is a link' : `can't be opened: ${errorCode(error)}` }
  }
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isFile()) return { reason: 'is not a regular file' }
    // By another name it may be a file that its owner meant for something else.
    if (stat.nlink !== 1) return { reason: 'has more than one name' }
    if ((stat.mode & writableByOthers) !== 0) return { reason: 'can be written by others than its owner' }
    const bytes = Buffer.alloc(longest + 1)
    const length = readSync(descriptor, bytes, 0, bytes.length, 0)
    if (length > longest) return { reason: `is larger than ${longest} bytes` }
    return { text: bytes.toString('utf8', 0, length), userId: stat.uid }
  } finally {
    closeSync(descriptor)
  }
}
