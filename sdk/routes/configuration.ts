/** The file routes.yaml in the home of Cleave: who is told where clients of groups are to be sent (docs/routes.md). */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { InvalidRequestError } from '../../proto/errors.ts'
import { parseEndpoint } from '../../proto/routing/endpoint.ts'
import { isHostName, plainName } from '../../proto/routing/host-names.ts'
import { mutualTlsSchema } from '../../proto/routing/mutual-tls.ts'
import { formatProblem, parseYaml } from '../../proto/yaml.ts'
import { inConflict, lacking } from './consistency.ts'
import type { RouteDefinition } from './definition.ts'
import { name, routeDefinition } from './schema.ts'

export interface RoutesConfiguration {
  /** By name. */
  publishers: ReadonlyMap<string, PublisherDefinition>
  /** In the order of the file. */
  routes: readonly RouteDefinition[]
}

const absolutePath = z
  .string()
  .max(4096)
  .regex(/^\/\P{Cc}*$/u, { error: 'expected an absolute path' })

const addressAndPort = z.string().refine((text) => parseEndpoint(text) !== undefined, {
  error: 'expected an address and a port, such as 192.0.2.1:443 or [2001:db8::1]:443',
})

/** Cleave's own proxy or DNS server: the path of its socket, or an address with TLS. */
const cleave = z
  .strictObject({
    kind: z.literal('cleave'),
    address: z.union([absolutePath, addressAndPort], {
      error: 'expected the path of a socket, or an address and a port',
    }),
    tls: mutualTlsSchema.extend({ serverName: z.string().min(1).max(253).exactOptional() }).exactOptional(),
  })
  .refine(({ address, tls }) => address.startsWith('/') === (tls === undefined), {
    error: 'expected with an address and a port, and not with a socket',
    path: ['tls'],
  })

const haproxy = z.strictObject({
  kind: z.literal('haproxy'),
  /** Of its runtime API, with level admin. */
  socket: absolutePath,
  /** The map of hold.lua, as haproxy.cfg names it. */
  map: z.string().regex(/^[^\s;\\\p{Cc}]{1,1000}$/u, { error: 'expected a path without spaces' }),
})

const domainName = z
  .string()
  .transform(plainName)
  .refine(isHostName, { error: 'expected a name such as example.org' })

const algorithms = ['hmac-sha256', 'hmac-sha384', 'hmac-sha512'] as const

/** BIND, Knot, PowerDNS and whoever else takes RFC 2136. */
const dnsUpdate = z.strictObject({
  kind: z.literal('dns-update'),
  server: addressAndPort,
  zone: domainName,
  key: z.strictObject({ name: domainName, algorithm: z.enum(algorithms), file: absolutePath }),
})

const publisher = z.discriminatedUnion('kind', [cleave, haproxy, dnsUpdate])

export type PublisherDefinition = z.output<typeof publisher>
export type CleavePublisherDefinition = z.output<typeof cleave>
export type HaproxyPublisherDefinition = z.output<typeof haproxy>
export type DnsUpdatePublisherDefinition = z.output<typeof dnsUpdate>

const mostRoutes = 1000

const schema = z
  .strictObject({
    publishers: z.record(name, publisher).default({}),
    routes: z.array(routeDefinition).max(mostRoutes).default([]),
  })
  .superRefine(({ publishers, routes }, context) => {
    for (const [index, route] of routes.entries()) {
      const problem = (field: string, message: string) =>
        context.addIssue({ code: 'custom', path: ['routes', index, field], message })
      if (routes.findIndex((other) => other.name === route.name) < index)
        problem('name', `another route is called ${route.name}`)
      for (const one of route.publishers) {
        const definition = publishers[one]
        const message =
          definition === undefined
            ? `there is no publisher ${one}`
            : (lacking(route, one, definition) ?? inConflict(route, one, routes.slice(0, index)))
        if (message !== undefined) problem('publishers', message)
      }
    }
  })

export const configurationFile = (home: string) => join(home, 'routes.yaml')

const nothing: RoutesConfiguration = { publishers: new Map(), routes: [] }

/**
 * What the file says; nothing when there is none.
 *
 * @throws InvalidRequestError `ROUTES_UNREADABLE`; `BAD_ROUTES` with file, line and column of each mistake
 */
export async function readRoutesConfiguration(home: string): Promise<RoutesConfiguration> {
  const file = configurationFile(home)
  try {
    return parseRoutesConfiguration(await readFile(file, 'utf8'), file)
  } catch (error) {
    if (error instanceof InvalidRequestError) throw error
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return nothing
    throw new InvalidRequestError({
      code: 'ROUTES_UNREADABLE',
      message: `the routes ${file} can't be read: ${error instanceof Error ? error.message : error}`,
      remedy: 'Let the user of Cleave read the file, or remove it.',
      cause: error,
    })
  }
}

/** Pure. Throws as {@link readRoutesConfiguration} does. */
export function parseRoutesConfiguration(text: string, file: string): RoutesConfiguration {
  const { value, problems } = parseYaml({ text, file, schema })
  if (value !== undefined)
    return { publishers: new Map(Object.entries(value.publishers)), routes: value.routes }
  throw new InvalidRequestError({
    code: 'BAD_ROUTES',
    message: problems.map(formatProblem).join('\n'),
    remedy: 'The file has `publishers` and `routes`: see docs/routes.md.',
  })
}
