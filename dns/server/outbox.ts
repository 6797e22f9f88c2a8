import type { Socket } from 'node:dgram'

export interface Datagram {
  bytes: Buffer
  port: number
  address: string
}

export interface Outbox {
  /** Soon, with all others that were answered since the socket was read: each by itself would wake its client for one. */
  send(datagram: Datagram): void
  /** Sends nothing any more. */
  close(): void
}

export function createOutbox(socket: Socket): Outbox {
  let waiting: Datagram[] = []
  let closed = false

  const sendAll = (): void => {
    const sending = waiting
    waiting = []
    if (closed) return
    // Without a callback, which would be told of clients that can't be reached: that is nobody's failure here.
    for (const { bytes, port, address } of sending) socket.send(bytes, port, address)
  }
  return {
    send: (datagram) => {
      if (waiting.length === 0) setImmediate(sendAll)
      waiting.push(datagram)
    },
    close: () => {
      closed = true
    },
  }
}
