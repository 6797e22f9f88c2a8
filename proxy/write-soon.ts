/**
 * Writes what is small when all that has come was read. A write wakes whoever it is for: one after the other they find it awake, where
 * between two reads it has gone to sleep again.
 */
import type { Socket } from 'node:net'

/** More than that is written at once. */
export const smallBytes: number = 16 * 1024

let corked: Socket[] = []

/** @returns as `write` does */
export function writeSoon(socket: Socket, piece: Buffer | string): boolean {
  if (piece.length >= smallBytes) socket.uncork()
  else if (socket.writableCorked === 0) {
    socket.cork()
    if (corked.push(socket) === 1) setImmediate(writeAll)
  }
  return socket.write(piece, 'latin1')
}

function writeAll(): void {
  const sockets = corked
  corked = []
  for (const socket of sockets) socket.uncork()
}
