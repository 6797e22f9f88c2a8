import fc from 'fast-check'
import type { Backend, Proxying, Route } from '../../../proto/generated/route-messages.ts'
import type { Change } from '../../../proto/routing/change.ts'

export const backend = (port: number, more: Partial<Backend> = {}): Backend => ({
  address: '127.0.0.1',
  port,
  weight: 1,
  machine: '',
  ...more,
})

export const proxying = (listen: string, more: Partial<Proxying> = {}): Proxying => ({
  listen,
  protocol: 'TCP',
  serverNames: [],
  alpn: [],
  onMove: 'END',
  tls: null,
  acceptProxyProtocol: false,
  sendProxyProtocol: 'NONE',
  healthCheck: null,
  holdLimits: null,
  ...more,
})

export const route = (name: string, more: Partial<Route> = {}): Route => ({
  name,
  number: 0,
  held: false,
  backends: [],
  proxying: null,
  naming: null,
  ...more,
})

const backends = fc
  .uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 3 })
  .map((ports) => ports.map((port) => backend(port)))

/** Of few names and numbers, so that they meet. */
export const anyChange: fc.Arbitrary<Change> = fc
  .record({
    name: fc.constantFrom('shop', 'mail'),
    number: fc.integer({ min: 0, max: 6 }),
    kind: fc.constantFrom('put', 'hold', 'switch', 'release', 'delete'),
    backends,
  })
  .map(({ name, number, kind, backends }): Change => {
    if (kind === 'put') return { kind, name, number, route: route(name, { number, backends }) }
    return kind === 'switch' ? { kind, name, number, backends } : { kind, name, number }
  })
