/** Which names routes give records to, kept up to date route by route. */
import type { Route } from '../../proto/generated/route-messages.ts'
import type { NodeChange } from '../zone/zone.ts'
import { joined, type LiveNode, liveNodes } from './live-records.ts'

export interface LiveNames {
  /** What a route changes, by zone. Nothing is changed yet. Null for one that is deleted. */
  changes(routeName: string, route: Route | null): Map<string, NodeChange[]>
  set(routeName: string, route: Route | null): void
}

export function createLiveNames(origins: ReadonlySet<string>): LiveNames {
  const byRoute = new Map<string, LiveNode[]>()
  /** The routes that say something of a name. */
  const byName = new Map<string, Set<string>>()

  const nodesOf = (route: Route | null): LiveNode[] => (route === null ? [] : liveNodes(route, origins))
  return {
    changes: (routeName, route) => {
      const after = nodesOf(route)
      const affected = new Map(
        [...(byRoute.get(routeName) ?? []), ...after].map((node) => [node.name, node.origin]),
      )
      const changes = new Map<string, NodeChange[]>()
      for (const [name, origin] of affected) {
        const others = [...(byName.get(name) ?? [])].filter((other) => other !== routeName)
        const said = [...others.flatMap((other) => byRoute.get(other) ?? []), ...after].filter(
          (node) => node.name === name,
        )
        const sets = said.length === 0 ? undefined : joined(name, said)
        changes.set(origin, [...(changes.get(origin) ?? []), { name, sets }])
      }
      return changes
    },
    set: (routeName, route) => {
      for (const { name } of byRoute.get(routeName) ?? []) {
        const routes = byName.get(name)
        routes?.delete(routeName)
        if (routes?.size === 0) byName.delete(name)
      }
      byRoute.delete(routeName)
      const nodes = nodesOf(route)
      if (nodes.length === 0) return
      byRoute.set(routeName, nodes)
      for (const { name } of nodes) byName.set(name, (byName.get(name) ?? new Set()).add(routeName))
    },
  }
}
