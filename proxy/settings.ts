/** What an admin may set, besides routes. Every setting may be left out. */
import * as z from 'zod'
import { parseEndpoint } from '../proto/routing/endpoint.ts'
import { fileRoutesSchema } from '../proto/routing/file-routes.ts'
import { controlSchema } from '../proto/routing/serve.ts'
import { readSettingsFile, type YamlResult } from '../proto/yaml.ts'
import { logLevels } from './observing/log.ts'

const absolutePath = z.string().startsWith('/', 'expected an absolute path').max(4096)
const milliseconds = z.int().min(100).max(86_400_000)

const schema = z.strictObject({
  /** Where routes are changed while it runs. */
  control: controlSchema.default({ socket: '/run/cleave-proxy/control.sock' }),
  /** Keeps the routes over a restart. Without it they are lost, but for those below. */
  state: absolutePath.optional(),
  /** Metrics at /metrics, and /healthz and /readyz. */
  observe: z
    .strictObject({
      listen: z
        .string()
        .refine((text) => parseEndpoint(text) !== undefined, 'expected an address and a port'),
    })
    .optional(),
  /** A line of JSON for each request and connection. */
  accessLog: absolutePath.optional(),
  log: z.strictObject({ level: z.enum(logLevels).default('info') }).prefault({}),
  limits: z
    .strictObject({
      /** Clients at a time; fewer where the process may not open as many files. */
      connections: z.int().min(1).max(1_000_000).default(20_000),
      /** From one address. */
      perClient: z.int().min(1).max(1_000_000).default(4_096),
      /** Of UDP, of each route. */
      flows: z.int().min(1).max(1_000_000).default(10_000),
      headBytes: z.int().min(1024).max(1_048_576).default(16_384),
      targetBytes: z.int().min(256).max(1_048_576).default(8_192),
      fields: z.int().min(8).max(1_000).default(100),
      bodyBytes: z
        .int()
        .min(0)
        .default(2 ** 30),
    })
    .prefault({}),
  timeouts: z
    .strictObject({
      /** Until a backend takes a connection. */
      connect: milliseconds.default(5_000),
      /** For all of a request's head, for TLS, and for what comes before it. */
      head: milliseconds.default(10_000),
      /** Without a byte of a body that is to come, or to be taken. */
      body: milliseconds.default(30_000),
      /** Until a backend begins to answer, and between two pieces of its answer. */
      answer: milliseconds.default(300_000),
      /** Between two requests on a connection. */
      idle: milliseconds.default(60_000),
      /** Without a datagram. */
      flow: milliseconds.default(60_000),
      /** For clients to finish when it ends. */
      drain: milliseconds.default(30_000),
    })
    .prefault({}),
  routes: fileRoutesSchema.default([]),
})

export type Settings = z.output<typeof schema>

export const defaultSettingsFile = '/etc/cleave/proxy.yaml'

/** A file that is missing has the defaults; throws the error of the system when it can't be read. */
export async function readSettings(file: string): Promise<YamlResult<Settings>> {
  return await readSettingsFile({ file, schema })
}
