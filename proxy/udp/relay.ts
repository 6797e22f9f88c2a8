/** UDP: a flow for each client, to one backend until it is silent for a while or the backend goes. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { Context } from '../context.ts'
import type { RouteState } from '../route/route-state.ts'

interface Flow {
  /** Undefined until it has a backend. */
  socket: Socket | undefined
  deadline: number
  /** What came while it has no backend. */
  waiting: Buffer[]
  waitingBytes: number
  end(isWell: boolean): void
  expire(): void
}

export interface Relay {
  close(): void
}

/** @param options.listening receives the clients' datagrams, and answers them; closed by its owner */
export function relay(options: {
  listening: Socket
  route: () => RouteState | undefined
  context: Context
}): Relay {
  const { listening, context } = options
  const flows = new Map<string, Flow>()

  const open = (key: string, client: RemoteInfo, route: RouteState): Flow => {
    let socket: Socket | undefined
    let leave: (() => void) | undefined
    let giveUp: (() => void) | undefined
    const flow: Flow = {
      socket: undefined,
      deadline: performance.now() + context.settings.timeouts.flow,
      waiting: [],
      waitingBytes: 0,
      end: (isWell) => {
        if (!flows.delete(key)) return
        unwatch()
        giveUp?.()
        leave?.()
        socket?.close()
        flow.socket = undefined
        route.counts.now--
        if (isWell) route.counts.served++
        else route.counts.failed++
      },
      expire: () => flow.end(flow.socket !== undefined),
    }
    const unwatch = context.deadlines.watch(flow)
    flows.set(key, flow)
    route.counts.now++

    const connect = (): void => {
      giveUp = undefined
      const backend = route.pick()
      if (backend === undefined) {
        flow.end(false)
        return
      }
      leave = route.occupy(backend, { backendLeft: () => flow.end(true) })
      const connecting = createSocket(isIPv6(backend.address) ? 'udp6' : 'udp4')
      socket = connecting
      // Nobody listens there, or this process can open no more.
      connecting.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ECONNREFUSED') backend.failed()
        else context.log('warning', 'a flow of UDP ends', { route: route.route.name, error })
        flow.end(false)
      })
      connecting.on('message', (message) => {
        flow.deadline = performance.now() + context.settings.timeouts.flow
        listening.send(message, client.port, client.address)
      })
      connecting.connect(backend.port, backend.address, () => {
        if (!flows.has(key)) return
        flow.socket = connecting
        for (const message of flow.waiting) connecting.send(message)
        flow.waiting = []
      })
    }
    if (route.gate.held) {
      flow.deadline = Number.POSITIVE_INFINITY
      giveUp = route.gate.wait({
        go: (arrived) => {
          connect()
          arrived()
        },
        refuse: () => flow.end(false),
      })
    } else connect()
    return flow
  }

  const receive = (message: Buffer, client: RemoteInfo): void => {
    const route = options.route()
    if (route === undefined) return
    const key = `${client.address} ${client.port}`
    let flow = flows.get(key)
    if (flow === undefined) {
      // As a network does that has no room.
      if (context.draining || flows.size >= context.settings.limits.flows) return
      flow = open(key, client, route)
    }
    if (flow.socket !== undefined) {
      flow.deadline = performance.now() + context.settings.timeouts.flow
      flow.socket.send(message)
      return
    }
    if (!flows.has(key) || flow.waitingBytes + message.length > route.limits.bytes) return
    flow.waiting.push(message)
    flow.waitingBytes += message.length
  }
  listening.on('message', receive)
  return {
    close: () => {
      listening.off('message', receive)
      for (const flow of flows.values()) flow.end(true)
    },
  }
}
