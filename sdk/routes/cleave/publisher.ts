/** Cleave's own proxy and DNS server, by the routing service that both offer. */
import { NotFoundError } from '../../../proto/errors.ts'
import type { BackendInput, RouteInput, RouteStatus } from '../../../proto/generated/route-messages.ts'
import { connectRoutes } from '../../../proto/routing/client.ts'
import type { CleavePublisherDefinition } from '../configuration.ts'
import type { RouteState } from '../definition.ts'
import type { PublishedRoute, Publisher } from '../publisher.ts'

/** Connects with the first call. @throws UnavailableError `NO_CERTIFICATE` */
export async function cleavePublisher(
  name: string,
  { address, tls }: CleavePublisherDefinition,
): Promise<Publisher> {
  const isSocket = address.startsWith('/')
  const client = await connectRoutes({
    address: isSocket ? `unix:${address}` : address,
    peer: `the publisher ${name}`,
    ...(tls && { tls }),
  })
  const put = async (state: RouteState) => void (await client.put(routeOf(state)))
  return {
    name,
    check: async () => void (await client.list()),
    put,
    hold: async ({ definition, number }, { drainMilliseconds: drainMs }) =>
      (await client.hold(definition.name, { number, drainMs })).inFlight,
    switch: async (state) => {
      try {
        await client.switch(state.definition.name, backendsOf(state), { number: state.number })
      } catch (error) {
        // It was started anew meanwhile, with nothing kept.
        if (!(error instanceof NotFoundError)) throw error
        await put(state)
      }
    },
    release: async ({ definition, number }) => void (await client.release(definition.name, { number })),
    delete: async ({ definition, number }) => void (await client.delete(definition.name, { number })),
    list: async (definitions) => {
      const names = new Set(definitions.map((definition) => definition.name))
      return (await client.list()).flatMap((status) => publishedRoute(status, names) ?? [])
    },
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  }
}

/** Pure. */
export function routeOf(state: RouteState): RouteInput {
  const { definition, number } = state
  const { name, proxying = null, naming = null } = definition
  return { name, number, backends: backendsOf(state), proxying, naming }
}

function backendsOf({ backends }: RouteState): BackendInput[] {
  return backends.map((backend) => ({ ...backend, weight: 1 }))
}

function publishedRoute(
  { route, backends: statuses, ...counts }: RouteStatus,
  names: ReadonlySet<string>,
): PublishedRoute | undefined {
  if (route === null || !names.has(route.name)) return undefined
  const { name, number, held } = route
  const backends = route.backends.map(({ address, port }) => {
    const status = statuses.find((one) => one.address === address && one.port === port)
    return { address, port, ...(status && { up: status.up }) }
  })
  const { connections, waiting, served, failed } = counts
  return { name, number, held, backends, ...(route.proxying && { connections, waiting, served, failed }) }
}
