/** Routes as they are meant to be, beside what each publisher says of them. */
import type { Ports } from '../machine/ports.ts'
import { readRoutesConfiguration } from './configuration.ts'
import type { RouteBackend, RouteDefinition } from './definition.ts'
import type { PublishedRoute } from './publisher.ts'
import { openPublishers } from './publishers.ts'

export interface RouteView {
  definition: RouteDefinition
  /** Where it is to lead; none while nobody has published it. */
  backends: RouteBackend[]
  /** The operation that holds it. */
  heldBy: string | undefined
  publishers: PublisherView[]
}

export interface PublisherView {
  publisher: string
  /** `differs`: it leads elsewhere than it should. */
  state: 'leads' | 'held' | 'differs' | 'missing' | 'unreachable'
  /** Undefined when it has no such route. */
  published: PublishedRoute | undefined
  /** Why it is unreachable. */
  error: Error | undefined
}

/**
 * In the order of the file. A publisher that does not answer is a part of the result.
 *
 * @throws InvalidRequestError `BAD_ROUTES`, `ROUTES_UNREADABLE`
 */
export async function viewRoutes({
  store,
  settings,
}: Pick<Ports, 'store' | 'settings'>): Promise<RouteView[]> {
  const configuration = await readRoutesConfiguration(settings.home)
  const { routes } = configuration
  await using publishers = openPublishers(configuration)
  const names = [...new Set(routes.flatMap((definition) => publishers.of(definition)))]
  const answers = new Map(
    await Promise.all(
      names.map(async (name) => {
        const own = routes.filter((definition) => publishers.of(definition).includes(name))
        return [name, await listAt(() => publishers.with(name, (publisher) => publisher.list(own)))] as const
      }),
    ),
  )
  return routes.map((definition) => {
    const record = store.routes.find(definition.name)
    const backends = record?.backends ?? []
    return {
      definition,
      backends,
      heldBy: record?.heldBy,
      publishers: publishers.of(definition).map((publisher): PublisherView => {
        const answer = answers.get(publisher)
        const published = answer?.list.find(({ name }) => name === definition.name)
        const state = answer?.error ? 'unreachable' : stateOf(published, backends)
        return { publisher, state, published, error: answer?.error }
      }),
    }
  })
}

async function listAt(
  list: () => Promise<PublishedRoute[]>,
): Promise<{ list: PublishedRoute[]; error?: Error }> {
  try {
    return { list: await list() }
  } catch (thrown) {
    return { list: [], error: thrown instanceof Error ? thrown : new Error(String(thrown)) }
  }
}

/** Pure. Where nobody knows a port, as in DNS, it is 0 and not compared. */
export function stateOf(
  published: PublishedRoute | undefined,
  backends: readonly RouteBackend[],
): PublisherView['state'] {
  if (published === undefined) return 'missing'
  if (published.held) return 'held'
  const hasPorts = published.backends.every(({ port }) => port !== 0)
  const places = (some: readonly { address: string; port: number }[]) =>
    [...new Set(some.map(({ address, port }) => (hasPorts ? `${address} ${port}` : address)))].sort().join()
  return places(published.backends) === places(backends) ? 'leads' : 'differs'
}
