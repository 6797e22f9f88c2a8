/** Whether routes and their publishers fit each other. Pure: each answers what is wrong, undefined when nothing is. */
import type { PublisherDefinition } from './configuration.ts'
import type { RouteDefinition } from './definition.ts'

/** What a publisher needs of a route and does not find there. */
export function lacking(
  route: RouteDefinition,
  publisher: string,
  definition: PublisherDefinition,
): string | undefined {
  const { proxying, naming, haproxy } = route
  switch (definition.kind) {
    case 'cleave':
      return proxying || naming ? undefined : `${publisher} needs proxying or naming in the route`
    case 'haproxy':
      return haproxy ? undefined : `${publisher} needs haproxy in the route`
    case 'dns-update': {
      const names = [...(naming?.names ?? []), ...(naming?.service ? [naming.service] : [])]
      if (names.length === 0) return `${publisher} needs naming with names in the route`
      const outside = names.find((name) => name !== definition.zone && !name.endsWith(`.${definition.zone}`))
      return outside && `${outside} is not in ${definition.zone}, the zone of ${publisher}`
    }
  }
}

/** What a route before this one has at the same publisher, so that each would undo what the other does. */
export function inConflict(
  { haproxy, naming }: RouteDefinition,
  publisher: string,
  before: readonly RouteDefinition[],
): string | undefined {
  const namesOf = ({ naming: other }: Pick<RouteDefinition, 'naming'>) => other?.names ?? []
  const others = before.filter(({ publishers }) => publishers.includes(publisher))
  const sameBackend = others.find((other) => haproxy && other.haproxy?.backend === haproxy.backend)
  if (sameBackend !== undefined)
    return `${sameBackend.name} has the backend ${haproxy?.backend} of ${publisher}`
  const name = namesOf(naming ? { naming } : {}).find((one) =>
    others.some((other) => namesOf(other).includes(one)),
  )
  return name && `another route has the name ${name} at ${publisher}`
}
