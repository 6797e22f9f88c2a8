/** The format of a route in routes.yaml. */
import { isIP } from 'node:net'
import * as z from 'zod'
import { isName } from '../../proto/names.ts'
import { isRouteName, type RouteDefinition } from './definition.ts'

const mostEntries = 100

export const name = z.string().refine(isName, {
  error:
    'expected 1 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit',
})

const routeName = z.string().refine(isRouteName, {
  error:
    'expected 1 to 63 lower-case letters, digits, dots and hyphens, beginning and ending with a letter or digit',
})

export const absolutePath = z
  .string()
  .max(4096)
  .regex(/^\/\P{Cc}*$/u, { error: 'expected an absolute path' })

/** Labels of RFC 1035 and the underscore of RFC 2782, without the dot at the end. */
const label = '(?!-)[A-Za-z0-9_-]{1,63}(?<!-)'
const domain = new RegExp(`^${label}(\\.${label})*$`)
const isDomain = (text: string) => text.length <= 253 && domain.test(text)

export const domainName = z
  .string()
  .refine(isDomain, { error: 'expected a name such as shop.example.org' })
  .transform((text) => text.toLowerCase())

/** Also *.example.org */
const wildcardName = z
  .string()
  .refine((text) => isDomain(text.replace(/^\*\./, '')), {
    error: 'expected a name such as shop.example.org or *.example.org',
  })
  .transform((text) => text.toLowerCase())

/** Address and port, of IPv6 with brackets. */
export const addressAndPort = z.string().refine((text) => splitAddress(text) !== undefined, {
  error: 'expected an address and a port, such as 192.0.2.1:443 or [2001:db8::1]:443',
})

/** Undefined for what is no address and port. */
export function splitAddress(text: string): { host: string; port: number } | undefined {
  const [, inner, plain = '', digits] =
    /^(?:\[([^\]]{2,45})\]|([0-9.]{7,15})):([1-9]\d{0,4})$/.exec(text) ?? []
  const family = inner === undefined ? isIP(plain) === 4 : isIP(inner) === 6
  const port = Number(digits)
  return family && port <= 65_535 ? { host: inner ?? plain, port } : undefined
}

const milliseconds = (most: number) => z.int().min(0).max(most)

const proxy = z.strictObject({
  listen: addressAndPort,
  protocol: z.enum(['tcp', 'http', 'udp']).default('tcp'),
  serverNames: z.array(wildcardName).max(mostEntries).default([]),
  alpn: z
    .array(z.string().regex(/^[\x21-\x7e]{1,64}$/, { error: 'expected an ALPN protocol, such as h2' }))
    .max(mostEntries)
    .default([]),
  onMove: z.enum(['end', 'reconnect']).default('end'),
  tls: z.strictObject({ certificate: absolutePath, key: absolutePath }).exactOptional(),
  acceptProxyProtocol: z.boolean().default(false),
  sendProxyProtocol: z.enum(['none', 'v1', 'v2']).default('none'),
  healthCheck: z
    .strictObject({
      path: z
        .string()
        .max(1024)
        .regex(/^(\/[\x21-\x7e]*)?$/, { error: 'expected a path, such as /health' })
        .default(''),
      intervalMilliseconds: milliseconds(3_600_000).default(0),
      threshold: z.int().min(0).max(100).default(0),
    })
    .exactOptional(),
  holdLimits: z
    .strictObject({
      waiting: z.int().min(0).max(1_000_000).default(0),
      bytes: z.int().min(0).max(16_777_216).default(0),
      milliseconds: milliseconds(3_600_000).default(0),
    })
    .exactOptional(),
})

const dns = z.strictObject({
  names: z.array(wildcardName).min(1).max(mostEntries),
  ttlSeconds: z.int().min(1).max(86_400).default(2),
  service: z
    .string()
    .refine((text) => isDomain(text) && /^_[^.]+\._(tcp|udp)\./.test(text), {
      error: 'expected a service such as _http._tcp.example.org',
    })
    .or(z.literal(''))
    .default(''),
})

/** What HAProxy takes as the name of a section or a key. */
const haproxyName = z.string().regex(/^[\w.:-]{1,100}$/, { error: 'expected letters, digits and ._:-' })

const haproxy = z.strictObject({ backend: haproxyName })

/** Answers the definition with all defaults. */
export const routeDefinition = z
  .strictObject({
    group: name,
    endpoint: name,
    name: routeName.optional(),
    publishers: z.array(name).max(mostEntries).default([]),
    to: z.enum(['service-address', 'machine']).exactOptional(),
    drainMilliseconds: milliseconds(60_000).default(2000),
    proxy: proxy.exactOptional(),
    dns: dns.exactOptional(),
    haproxy: haproxy.exactOptional(),
  })
  .transform(
    (route): RouteDefinition => ({
      ...route,
      name: route.name ?? `${route.group}.${route.endpoint}`.slice(0, 63),
    }),
  )
