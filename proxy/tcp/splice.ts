/** Joins two connections: what comes from one goes to the other, no faster than that takes it. */
import type { Socket } from 'node:net'
import type { BackendConnection } from '../dial.ts'
import { writeSoon } from '../write-soon.ts'

export interface Splice {
  readonly backend: Socket
  /** Bytes that came from each. */
  readonly fromClient: number
  readonly fromBackend: number
  /** Takes the joint apart, and ends the backend's connection. */
  part(): void
}

export interface SpliceOptions {
  client: Socket
  connection: BackendConnection
  /** The backend says no more. */
  onBackendEnd: () => void
  /** The backend's connection is over. */
  onBackendClose: () => void
}

/** The client's own end and close are its owner's to watch. */
export function splice({ client, connection, onBackendEnd, onBackendClose }: SpliceOptions): Splice {
  const backend = connection.socket
  let fromClient = 0
  let fromBackend = 0
  const take = (chunk: Buffer): void => {
    fromClient += chunk.length
    if (!writeSoon(backend, chunk) && backend.writableLength > 0) client.pause()
  }
  const give = (chunk: Buffer): boolean => {
    fromBackend += chunk.length
    const hasRoom = writeSoon(client, chunk)
    const isWritten = client.writableLength === 0
    if (!hasRoom && !isWritten) backend.pause()
    return isWritten
  }
  const goOnTaking = (): void => void client.resume()
  const goOnGiving = (): void => void backend.resume()
  client.on('data', take)
  client.on('drain', goOnGiving)
  connection.receive = give
  backend.on('drain', goOnTaking)
  backend.on('end', onBackendEnd)
  backend.on('error', ignore)
  backend.on('close', onBackendClose)
  client.resume()
  return {
    backend,
    get fromClient() {
      return fromClient
    },
    get fromBackend() {
      return fromBackend
    },
    part: () => {
      client.off('data', take)
      client.off('drain', goOnGiving)
      backend.removeAllListeners()
      backend.on('error', ignore)
      backend.destroy()
    },
  }
}

// A close follows, which tells it.
function ignore(): void {}
