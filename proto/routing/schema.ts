/** What a route may hold, in a message and in a file alike. */
import * as z from 'zod'
import type { Route } from '../generated/route-messages.ts'
import { isAddress, parseEndpoint } from './endpoint.ts'
import { isHostName, isServiceName, plainName } from './host-names.ts'
import { highestNumber, mostAlpn, mostBackends, mostNames } from './limits.ts'

const routeName = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/
// What goes into a request line or onto a terminal as it is.
const visible = /^[!-~]*$/
const printable = /^[^\p{C}\p{Z}]*( [^\p{C}\p{Z}]+)*$/u

export const nameSchema = z
  .string()
  .regex(routeName, 'expected 1 to 63 lower-case letters, digits, dots and hyphens, ends without either')
export const numberSchema = z.int().min(0).max(highestNumber)

const backend = z.strictObject({
  address: z.string().refine(isAddress, 'expected an IPv4 or IPv6 address'),
  port: z.int().min(0).max(65_535).default(0),
  // In a message it is always there: 0 then means 0.
  weight: z.int().min(0).max(65_535).default(1),
  machine: z.string().max(253).regex(printable, 'expected characters that can be shown').default(''),
})

export const backendsSchema = z
  .array(backend)
  .max(mostBackends)
  .refine(
    (backends) => new Set(backends.map(({ address, port }) => `${address} ${port}`)).size === backends.length,
    'names one backend twice',
  )

/** Messages have these in capitals; a file may write them small. */
function word<const Words extends readonly [string, ...string[]]>(words: Words, fallback: Words[number]) {
  return z
    .preprocess((given) => (typeof given === 'string' ? given.toUpperCase() : given), z.enum(words))
    .default(fallback as never)
}

const file = z.string().max(4096).startsWith('/', 'expected an absolute path')
const hostNames = z
  .array(z.string().transform(plainName).refine(isHostName, 'expected a host name, or one behind *.'))
  .max(mostNames)

const healthCheck = z.strictObject({
  path: z
    .string()
    .max(1024)
    .regex(visible, 'expected no spaces')
    .refine((path) => path === '' || path.startsWith('/'), 'expected a path')
    .default(''),
  intervalMilliseconds: z.union([z.literal(0), z.int().min(100).max(3_600_000)]).default(0),
  threshold: z.int().min(0).max(100).default(0),
})

const holdLimits = z.strictObject({
  waiting: z.int().min(0).max(1_000_000).default(0),
  bytes: z.int().min(0).max(67_108_864).default(0),
  milliseconds: z.int().min(0).max(3_600_000).default(0),
})

export const proxyingSchema = z.strictObject({
  listen: z
    .string()
    .refine((text) => parseEndpoint(text) !== undefined, 'expected an address and a port: 0.0.0.0:443'),
  protocol: word(['TCP', 'HTTP', 'UDP'], 'TCP'),
  serverNames: hostNames.default([]),
  alpn: z.array(z.string().min(1).max(255).regex(visible)).max(mostAlpn).default([]),
  onMove: word(['END', 'RECONNECT'], 'END'),
  tls: z.strictObject({ certificate: file, key: file }).nullable().default(null),
  acceptProxyProtocol: z.boolean().default(false),
  sendProxyProtocol: word(['NONE', 'V1', 'V2'], 'NONE'),
  healthCheck: healthCheck.nullable().default(null),
  holdLimits: holdLimits.nullable().default(null),
})

export const namingSchema = z.strictObject({
  names: hostNames.default([]),
  ttlSeconds: z.int().min(0).max(86_400).default(0),
  service: z
    .string()
    .transform(plainName)
    .refine((name) => name === '' || isServiceName(name), 'expected such as _http._tcp.example.org')
    .default(''),
})

const plain = z.strictObject({
  name: nameSchema,
  backends: backendsSchema.default([]),
  proxying: proxyingSchema.nullable().default(null),
  naming: namingSchema.nullable().default(null),
})

/** A route in a file: whether it is held, and its number, are no setting. */
export const fileRouteSchema = plain
  .superRefine(checkWhole)
  .transform((route): Route => ({ ...route, number: 0, held: false }))

/** A route in a message. Whether it is held is asked for by calls of its own. */
export const routeSchema: z.ZodType<Route> = plain
  .extend({ number: numberSchema, held: z.boolean() })
  .superRefine(checkWhole)

type Plain = z.output<typeof plain>

/** What speaks against these backends of a route, undefined for nothing. */
export function backendsProblem({ backends, proxying, naming }: Plain): string | undefined {
  const needsPort = proxying !== null || (naming?.service ?? '') !== ''
  return needsPort && backends.some(({ port }) => port === 0) ? 'each needs a port' : undefined
}

function checkWhole(route: Plain, context: z.RefinementCtx): void {
  const refuse = (path: string[], message: string): void => {
    context.addIssue({ code: 'custom', path, message })
  }
  const { proxying, naming } = route
  const problem = backendsProblem(route)
  if (problem !== undefined) refuse(['backends'], problem)
  if (naming !== null && naming.service !== '' && naming.names.length === 0) {
    refuse(['naming', 'names'], 'a service leads to the first name, and there is none')
  }
  if (proxying === null) return
  const { protocol, alpn, tls, onMove } = proxying
  if (protocol === 'UDP') {
    const asked = proxying.serverNames.length > 0 || proxying.acceptProxyProtocol || tls !== null
    if (asked || proxying.sendProxyProtocol !== 'NONE') {
      refuse(['proxying', 'protocol'], 'of UDP there are no server names, no TLS and no PROXY protocol')
    }
  }
  if (alpn.length > 0 && protocol !== 'TCP') {
    refuse(['proxying', 'alpn'], 'it is looked at only with protocol TCP')
  }
  if (onMove === 'RECONNECT' && protocol !== 'TCP') {
    refuse(['proxying', 'onMove'], 'only a connection of protocol TCP can be joined to another backend')
  }
}
