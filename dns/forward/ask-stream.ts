import { connect } from 'node:net'
import type { Message } from '../../proto/dns/message.ts'
import { createMessageSplitter } from '../server/split-stream.ts'
import type { AskOptions } from './ask-datagram.ts'

/** The same over TCP. Undefined when no answer comes in time. Throws nothing. */
export function askByStream({ server, bytes, accept, timeoutMs }: AskOptions): Promise<Message | undefined> {
  return new Promise((resolve) => {
    const splitter = createMessageSplitter()
    const socket = connect({ host: server.address, port: server.port })
    const finish = (reply?: Message): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(reply)
    }
    const timer = setTimeout(finish, timeoutMs)
    socket.on('error', () => finish())
    socket.on('close', () => finish())
    socket.on('data', (chunk) => {
      for (const reply of splitter.take(chunk)) finish(accept(reply))
    })
    const length = Buffer.alloc(2)
    length.writeUInt16BE(bytes.length)
    socket.write(Buffer.concat([length, bytes]))
  })
}
