/** A connection of TCP: it waits while its route is held, and is joined to a backend, or to one after the other. */
import type { Socket } from 'node:net'
import type { Context } from '../context.ts'
import type { BackendConnection } from '../dial.ts'
import type { Peers } from '../proxy-protocol/read.ts'
import { writeProxyHeader } from '../proxy-protocol/write.ts'
import { createReach, type Unreached } from '../route/reach.ts'
import type { RouteState } from '../route/route-state.ts'
import { cut } from './cut.ts'
import { createHeldBytes } from './held-bytes.ts'
import { createRejoining } from './rejoining.ts'
import { type Splice, splice } from './splice.ts'

export interface TcpClientOptions {
  socket: Socket
  /** What came already: it goes to the backend first. */
  first: Buffer
  peers: Peers
  route: RouteState
  context: Context
}

/** Nobody's fault but the client's own. */
const left = 'the client left'

const reasons: Record<Unreached, string> = {
  full: 'too many wait',
  late: 'it waited too long',
  none: 'no backend answers',
  lack: 'no connection can be opened',
}

/** Takes the connection over, to its end. */
export function serveTcpClient({ socket: client, first, peers, route, context }: TcpClientOptions): void {
  const began = performance.now()
  const held = createHeldBytes({ client, first, room: () => route.limits.bytes })
  const rejoining = createRejoining()
  let joint: Splice | undefined
  let timer: NodeJS.Timeout | undefined
  let fromClient = 0
  let fromBackend = 0
  let clientEnded = false
  let wasJoined = false
  let over = false

  const part = (): void => {
    if (joint === undefined) return
    joint.part()
    fromClient += joint.fromClient
    fromBackend += joint.fromBackend
    joint = undefined
  }
  const finish = (outcome: string): void => {
    if (over) return
    over = true
    clearTimeout(timer)
    part()
    const backend = reach.backend()
    reach.stop()
    route.counts.now--
    if (outcome === 'served') route.counts.served++
    else if (outcome !== left) route.counts.failed++
    if (!context.accessLog.isOn) return
    context.accessLog.write({
      route: route.route.name,
      client: peers.source.address,
      outcome,
      fromClient,
      fromBackend,
      milliseconds: Math.round(performance.now() - began),
      backend: backend === undefined ? '' : `${backend.address} ${backend.port}`,
    })
  }
  /** Not an orderly end: the client must not take what it has for all that there is. */
  const cutOff = (outcome: string): void => {
    finish(outcome)
    cut(client)
  }
  const goAgain = (): boolean => {
    const delayMs = rejoining.next(fromBackend)
    if (delayMs < 0) return false
    held.hold()
    timer = setTimeout(() => {
      if (!over) reach.go()
    }, delayMs)
    return true
  }

  /** The backend is gone, and the client is still there. */
  const lost = (outcome: string): void => {
    part()
    reach.stop()
    if (isKept() && goAgain()) return
    if (outcome !== 'served') {
      cutOff(outcome)
      return
    }
    // With all that the backend said, and its end, the conversation is complete.
    finish(outcome)
    client.destroySoon()
  }
  const isKept = (): boolean => route.route.proxying.onMove === 'RECONNECT' && !clientEnded

  const join = (connection: BackendConnection): void => {
    const backend = connection.socket
    let hasEnded = false
    wasJoined = true
    const { sendProxyProtocol } = route.route.proxying
    if (sendProxyProtocol !== 'NONE') backend.write(writeProxyHeader(sendProxyProtocol, peers))
    fromClient += held.sendTo(backend)
    joint = splice({
      client,
      connection,
      onBackendEnd: () => {
        hasEnded = true
        if (isKept()) lost('served')
        else client.end()
      },
      onBackendClose: () => lost(hasEnded ? 'served' : 'the backend went away'),
    })
    if (clientEnded) backend.end()
  }
  const reach = createReach({
    route,
    context,
    occupant: {
      backendLeft: () => {
        if (joint !== undefined) lost('the backend was taken away')
        else if (reach.isConnecting()) reach.go()
      },
    },
    onWait: held.hold,
    onReached: join,
    onUnreached: (reason) => {
      if (reason !== 'none' || !wasJoined || !isKept() || !goAgain()) cutOff(reasons[reason])
    },
  })

  client.on('end', () => {
    clientEnded = true
    joint?.backend.end()
  })
  client.on('close', () => finish(joint === undefined ? left : 'served'))
  route.counts.now++
  reach.go()
}
