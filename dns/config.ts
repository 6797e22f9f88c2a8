/** cleave-dns.yaml: what an admin may set. */
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import * as z from 'zod'
import { MalformedError } from '../proto/dns/malformed.ts'
import { canonicalName, parseName } from '../proto/dns/name.ts'
import { type TsigKey, tsigAlgorithms } from '../proto/dns/tsig/key.ts'
import { type Endpoint, parseEndpoint } from '../proto/routing/endpoint.ts'
import { fileRoutesSchema } from '../proto/routing/file-routes.ts'
import { controlSchema } from '../proto/routing/serve.ts'
import { parseYaml, type YamlResult } from '../proto/yaml.ts'
import { logLevels } from './log.ts'
import { parseNetwork } from './networks.ts'

const absolutePath = z.string().startsWith('/', 'expected an absolute path').max(4096)
const loopback = ['127.0.0.0/8', '::1']

const domainName = z.string().transform((text, context) => {
  try {
    return canonicalName(parseName(text))
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    context.addIssue(error.message)
    return z.NEVER
  }
})
const endpoint = z.string().transform((text, context): Endpoint => {
  const parsed = parseEndpoint(text)
  if (parsed !== undefined) return parsed
  context.addIssue('expected an address and a port: 127.0.0.1:5300')
  return z.NEVER
})
const network = z
  .string()
  .refine((text) => parseNetwork(text) !== undefined, 'expected a network: 10.0.0.0/8')
const who = {
  /** Names of keys, any of which is enough. */
  keys: z.array(domainName).max(256).default([]),
  /** Networks that need no key. */
  networks: z.array(network).max(256).default([]),
}

const key = z
  .strictObject({
    name: domainName,
    algorithm: z.enum(tsigAlgorithms).default('hmac-sha256'),
    /** In base64, as `tsig-keygen` prints it. */
    secret: z.base64().min(1),
  })
  .transform(
    ({ name, algorithm, secret }): TsigKey => ({
      name,
      algorithm,
      secret: Buffer.from(secret, 'base64'),
    }),
  )

const zone = z.strictObject({
  name: domainName,
  /** A zone file, read when the server starts and when it is told to, if it changed. None: the zone begins empty. */
  file: absolutePath.optional(),
  /** Of a zone without a file. */
  servers: z.array(domainName).min(1).max(16).optional(),
  mailbox: domainName.optional(),
  updates: z.strictObject(who).prefault({}),
  transfers: z.strictObject(who).prefault({}),
  notify: z
    .array(z.strictObject({ address: endpoint, key: domainName.optional() }))
    .max(64)
    .default([]),
})

const schema = z
  .strictObject({
    /** UDP and TCP. */
    listen: z.array(endpoint).min(1).max(64),
    /** Each answers on the same addresses. `cores`: one for each. */
    processes: z
      .union([z.literal('cores'), z.int().min(1).max(256)])
      .default(1)
      .transform((count) => (count === 'cores' ? availableParallelism() : count)),
    store: absolutePath.default('/var/lib/cleave-dns/store.sqlite'),
    zones: z.array(zone).min(1).max(1000),
    keys: z.array(key).max(256).default([]),
    routes: fileRoutesSchema.default([]),
    control: controlSchema.prefault({ socket: '/run/cleave-dns/control.sock' }),
    /** Of records that name none, in seconds. */
    ttl: z.int().min(1).max(86_400).default(2),
    tcp: z
      .strictObject({
        connections: z.int().min(1).max(100_000).default(2000),
        connectionsPerClient: z.int().min(1).max(100_000).default(200),
        idleMilliseconds: z.int().min(100).max(3_600_000).default(10_000),
      })
      .prefault({}),
    https: z.strictObject({ listen: endpoint, certificate: absolutePath, key: absolutePath }).optional(),
    rateLimit: z
      .strictObject({
        responsesPerSecond: z.int().min(1).max(1_000_000),
        slip: z.int().min(0).max(100).default(2),
      })
      .optional(),
    forward: z
      .strictObject({
        servers: z.array(endpoint).min(1).max(8),
        /** Whoever else asks for names outside of the zones is refused. */
        networks: z.array(network).max(256).default(loopback),
        timeoutMilliseconds: z.int().min(10).max(30_000).default(2000),
        underWay: z.int().min(1).max(10_000).default(256),
      })
      .optional(),
    log: z.strictObject({ level: z.enum(logLevels).default('info') }).prefault({}),
  })
  .superRefine(({ zones, keys }, context) => {
    const refuse = (path: (string | number)[], message: string): void => {
      context.addIssue({ code: 'custom', path, message })
    }
    const known = new Set(keys.map(({ name }) => name))
    if (known.size < keys.length) refuse(['keys'], 'names one key twice')
    if (new Set(zones.map(({ name }) => name)).size < zones.length) refuse(['zones'], 'names one zone twice')
    for (const [index, { updates, transfers, notify }] of zones.entries()) {
      const used = [...updates.keys, ...transfers.keys, ...notify.flatMap(({ key = [] }) => key)]
      const missing = used.find((name) => !known.has(name))
      if (missing !== undefined) refuse(['zones', index], `there is no key ${missing}`)
    }
  })

export type DnsConfig = z.output<typeof schema>
export type ZoneConfig = DnsConfig['zones'][number]

export const defaultConfigFile = '/etc/cleave/dns.yaml'

/** Reads the settings. Throws the error of the system when the file can't be read. */
export async function readConfig(file: string): Promise<YamlResult<DnsConfig>> {
  return parseYaml({ text: await readFile(file, 'utf8'), file, schema })
}
