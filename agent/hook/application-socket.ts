/** Connects with a socket in a folder where everybody may put anything. */
import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { errorCode } from '../group/control/gone.ts'

// O_PATH of asm-generic/fcntl.h, which Node does not name: the file itself, without opening it.
const pathOnly = 0o10_000_000
const writableByOthers = 0o022

export type OpenedSocket = { socket: Socket; reason?: undefined } | { reason: string; socket?: undefined }

/**
 * What is connected to is the very file that was looked at: another one that is put in its place meanwhile, or a link to
 * somebody else's socket, is not followed.
 *
 * @param userId who has to own it
 * @returns a socket that connects, or why it can't be used
 */
export function openApplicationSocket(path: string, userId: number): OpenedSocket {
  let descriptor: number
  try {
    descriptor = openSync(path, pathOnly | constants.O_NOFOLLOW)
  } catch (error) {
    return { reason: `${path} can't be opened: ${errorCode(error)}` }
  }
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isSocket()) return { reason: `${path} is no socket` }
    if (stat.uid !== userId) return { reason: `${path} belongs to user ${stat.uid}, not to ${userId}` }
    if ((stat.mode & writableByOthers) !== 0) {
      return { reason: `${path} can be connected to by others than its owner` }
    }
    // Node connects before it returns.
    return { socket: connect(`/proc/self/fd/${descriptor}`) }
  } finally {
    closeSync(descriptor)
  }
}
