/** Metrics for Prometheus. They are counted by those they are about, and read here when somebody asks. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Admission } from '../listening/admission.ts'
import type { RouteState } from '../route/route-state.ts'
import type { AccessLog } from './access-log.ts'

export interface MetricSources {
  states: () => RouteState[]
  admission: Admission
  accessLog: AccessLog
}

export function createMetrics({ states, admission, accessLog }: MetricSources): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'cleave_proxy_' })
  const registers = [registry]

  const ofRoutes = (name: string, help: string, value: (state: RouteState) => number): void => {
    new Gauge({
      name,
      help,
      registers,
      labelNames: ['route'],
      collect() {
        this.reset()
        for (const state of states()) this.set({ route: state.route.name }, value(state))
      },
    })
  }
  const total = (name: string, help: string, labels: string[], set: (counter: Counter) => void): void => {
    new Counter({
      name,
      help,
      registers,
      labelNames: labels,
      collect() {
        this.reset()
        set(this as Counter)
      },
    })
  }
  ofRoutes('cleave_proxy_route_held', '1 while the route is held', (state) => (state.gate.held ? 1 : 0))
  ofRoutes('cleave_proxy_route_clients', 'Clients that are being served', (state) => state.counts.now)
  ofRoutes('cleave_proxy_route_waiting', 'Clients that wait while it is held', (state) => state.gate.waiting)
  total(
    'cleave_proxy_route_ended_total',
    'Requests, connections or flows by outcome',
    ['route', 'outcome'],
    (counter) => {
      for (const { route, counts } of states()) {
        counter.inc({ route: route.name, outcome: 'served' }, counts.served)
        counter.inc({ route: route.name, outcome: 'failed' }, counts.failed)
      }
    },
  )
  const ofBackends = (
    name: string,
    help: string,
    value: (backend: RouteState['backends'][number]) => number,
  ): void => {
    new Gauge({
      name,
      help,
      registers,
      labelNames: ['route', 'address', 'port'],
      collect() {
        this.reset()
        for (const { route, backends } of states()) {
          for (const backend of backends) {
            this.set({ route: route.name, address: backend.address, port: backend.port }, value(backend))
          }
        }
      },
    })
  }
  ofBackends('cleave_proxy_backend_up', '1 when it is thought to answer', ({ up }) => (up ? 1 : 0))
  ofBackends('cleave_proxy_backend_connections', 'What it has in flight', ({ connections }) => connections)
  new Gauge({
    name: 'cleave_proxy_clients',
    help: 'Connections of clients',
    registers,
    collect() {
      this.set(admission.clients)
    },
  })
  total('cleave_proxy_clients_refused_total', 'Clients that were turned away', [], (counter) => {
    counter.inc(admission.refused)
  })
  total(
    'cleave_proxy_log_lines_dropped_total',
    'Lines of the access log that found no room',
    [],
    (counter) => {
      counter.inc(accessLog.dropped)
    },
  )
  return registry
}
