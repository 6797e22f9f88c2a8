/** Serves routes: opens what they need before they are changed, and closes what nobody needs after it. */
import type { Route } from '../../proto/generated/route-messages.ts'
import type { RouteEntry } from '../../proto/routing/change.ts'
import type { Context } from '../context.ts'
import { createCrowd } from '../crowd.ts'
import { createRouteState, type RouteState } from '../route/route-state.ts'
import { type Certificate, openCertificate } from '../tls/certificates.ts'
import { type Relay, relay } from '../udp/relay.ts'
import type { Admission } from './admission.ts'
import { checkSharing, endpointOf, isProxied, type ProxiedRoute } from './choose.ts'
import { type Clients, createEndpoint, type EndpointRoute } from './endpoint.ts'
import { listenTcp, listenUdp } from './listen.ts'

export interface Services {
  /** @throws RefusedError `LISTEN_CONFLICT`, UnavailableError `LISTEN_FAILED`, `NO_CERTIFICATE` */
  prepare(entry: RouteEntry): Promise<() => Promise<void>>
  changed(entry: RouteEntry): void
  state(name: string): RouteState | undefined
  states(): RouteState[]
  /** Takes no more clients, and tells those that there are to go; answers when all have, or after so long. */
  drain(limitMs: number): Promise<void>
  close(): void
}

interface Open {
  routes: EndpointRoute[]
  isUdp: boolean
  stop(): Promise<void>
}

export function createServices({ admission, context }: { admission: Admission; context: Context }): Services {
  const clients: Clients = { sockets: createCrowd(), http: createCrowd() }
  const served = new Map<string, EndpointRoute>()
  const opened = new Map<string, Open>()
  // Got ready for a change that is about to be made.
  const ready = new Map<string, Certificate>()

  const open = async (route: ProxiedRoute): Promise<void> => {
    const key = endpointOf(route)
    if (opened.has(key)) return
    const { listen, protocol } = route.proxying
    const one: Open = { routes: [], isUdp: protocol === 'UDP', stop: async () => {} }
    if (one.isUdp) {
      const listening = await listenUdp(listen)
      listening.on('error', (error) => context.log('error', 'a socket of UDP failed', { listen, error }))
      const flows: Relay = relay({ listening, route: () => one.routes[0]?.state, context })
      one.stop = async () => {
        flows.close()
        listening.close()
      }
    } else {
      const { accept } = createEndpoint({ routes: () => one.routes, admission, clients, context })
      one.stop = (await listenTcp(listen, accept)).stop
    }
    opened.set(key, one)
  }

  const closeUnused = async (): Promise<void> => {
    const unused = [...opened].filter(([key]) => ![...served.values()].some((one) => endpointOf(one) === key))
    for (const [key] of unused) opened.delete(key)
    await Promise.all(unused.map(([, { stop }]) => stop()))
  }

  const regroup = (): void => {
    for (const [key, one] of opened) {
      one.routes = [...served.values()].filter((route) => endpointOf(route) === key)
    }
    closeUnused().catch((error) => context.log('error', 'a listening socket can not be closed', { error }))
  }

  const prepare = async ({ name, route }: RouteEntry): Promise<() => Promise<void>> => {
    const nothing = async (): Promise<void> => {}
    if (route === null || !isProxied(route)) return nothing
    checkSharing(route, [...served.values()])
    const { tls } = route.proxying
    if (tls !== null && !isSameTls(served.get(name), route))
      ready.set(name, await openCertificate(tls, context.log))
    const takeBack = async (): Promise<void> => {
      ready.get(name)?.close()
      ready.delete(name)
      await closeUnused()
    }
    try {
      await open(route)
    } catch (error) {
      await takeBack()
      throw error
    }
    return takeBack
  }

  const changed = ({ name, route }: RouteEntry): void => {
    const before = served.get(name)
    if (route === null || !isProxied(route)) {
      before?.certificate?.close()
      before?.state.close()
      served.delete(name)
    } else {
      const certificate = ready.get(name) ?? (route.proxying.tls === null ? undefined : before?.certificate)
      ready.delete(name)
      if (before?.certificate !== certificate) before?.certificate?.close()
      const state = before?.state ?? createRouteState(route)
      if (before !== undefined) state.update(route)
      served.set(name, { ...route, state, certificate })
    }
    regroup()
  }

  return {
    prepare,
    changed,
    state: (name) => served.get(name)?.state,
    states: () => [...served.values()].map(({ state }) => state),
    drain: async (limitMs) => {
      const end = performance.now() + limitMs
      context.draining = true
      await Promise.all([...opened.values()].map(({ isUdp, stop }) => (isUdp ? undefined : stop())))
      while (clients.sockets.size > 0 && performance.now() < end) {
        for (const client of clients.http.members()) client.drain()
        await new Promise((resolve) => setTimeout(resolve, drainLookMs))
      }
    },
    close: () => {
      for (const { certificate, state } of served.values()) {
        certificate?.close()
        state.close()
      }
      served.clear()
      for (const socket of clients.sockets.members()) socket.destroy()
      regroup()
    },
  }
}

const drainLookMs = 50

function isSameTls(before: Route | undefined, route: Route): boolean {
  return JSON.stringify(before?.proxying?.tls) === JSON.stringify(route.proxying?.tls)
}
