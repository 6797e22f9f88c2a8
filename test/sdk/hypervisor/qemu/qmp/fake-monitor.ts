import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Test } from 'tap'
import { shortFolder } from '../short-folder.ts'

/** A socket that answers as no real QEMU does: one line at the start, and one for each command. */
export async function serve(t: Test, lines: readonly string[]): Promise<string> {
  const path = join(shortFolder(t), `${Math.random().toString(36).slice(2)}.sock`)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    const left = [...lines]
    const answer = () => {
      const line = left.shift()
      if (line !== undefined) socket.write(`${line}\r\n`)
    }
    answer()
    socket.on('data', answer)
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return path
}
