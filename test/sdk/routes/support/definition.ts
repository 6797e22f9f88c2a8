import type { RouteDefinition, RouteState } from '../../../../sdk/routes/definition.ts'

/** A route of the group shop; `given` replaces fields. */
export function definitionOf(given: Partial<RouteDefinition> = {}): RouteDefinition {
  return {
    name: 'shop.http',
    group: 'shop',
    endpoint: 'http',
    publishers: ['edge'],
    drainMilliseconds: 2000,
    ready: { path: '', milliseconds: 0 },
    haproxy: { backend: 'shop' },
    ...given,
  }
}

export function stateOf(definition: RouteDefinition, number: number, ...ports: number[]): RouteState {
  const backends = ports.map((port) => ({ address: '127.0.0.1', port, machine: `machine-${port}` }))
  return { definition, number, backends }
}
