import type { Socket } from 'node:net'

export interface ConnectionLimit {
  /** Counts it until it closes. False, and ended, when its client has too many already. */
  admit(socket: Socket): boolean
  /** Ends all. */
  close(): void
}

/** @param most connections of one client */
export function createConnectionLimit(most: number): ConnectionLimit {
  const connections = new Set<Socket>()
  const perClient = new Map<string, number>()

  const release = (socket: Socket, client: string): void => {
    connections.delete(socket)
    const left = (perClient.get(client) ?? 1) - 1
    if (left === 0) perClient.delete(client)
    else perClient.set(client, left)
  }
  return {
    admit: (socket) => {
      const client = socket.remoteAddress ?? ''
      const count = perClient.get(client) ?? 0
      socket.on('error', () => {})
      // Without an address it has gone already.
      if (client === '' || count >= most) {
        socket.destroy()
        return false
      }
      perClient.set(client, count + 1)
      connections.add(socket)
      socket.once('close', () => release(socket, client))
      return true
    },
    close: () => {
      for (const socket of connections) socket.destroy()
    },
  }
}
