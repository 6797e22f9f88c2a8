import type { Socket } from 'node:net'
import { writeSoon } from '../write-soon.ts'

// Up to there a copy is cheaper than a second buffer for the kernel.
const smallPiece = 8_192

/**
 * A head, and what came of the body with it, in one write where that is cheap.
 *
 * @param head empty for none
 * @returns false when no more should be written until it has drained
 */
export function writePiece(socket: Socket, head: string, body: Buffer | undefined): boolean {
  return write(socket, head, body) || socket.writableLength === 0
}

function write(socket: Socket, head: string, body: Buffer | undefined): boolean {
  if (body === undefined || body.length === 0) return head === '' || writeSoon(socket, head)
  if (head === '') return writeSoon(socket, body)
  if (body.length <= smallPiece) return writeSoon(socket, head + body.toString('latin1'))
  socket.uncork()
  socket.cork()
  socket.write(head, 'latin1')
  socket.write(body)
  socket.uncork()
  return false
}
