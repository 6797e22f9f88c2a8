/** The format of a route in routes.yaml. */
import * as z from 'zod'
import { isName } from '../../proto/names.ts'
import { longestDrainMs } from '../../proto/routing/limits.ts'
import { fileRouteSchema, nameSchema, namingSchema, proxyingSchema } from '../../proto/routing/schema.ts'
import type { RouteDefinition } from './definition.ts'

const mostPublishers = 100
const usualDrainMs = 2000
const usualReadyMs = 20_000
const longestReadyMs = 600_000

export const name = z.string().refine(isName, {
  error:
    'expected 1 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit',
})

const haproxy = z.strictObject({
  backend: z.string().regex(/^[\w.:-]{1,100}$/, { error: 'expected letters, digits and ._:-' }),
})

const ready = z.strictObject({
  path: z
    .string()
    .max(1024)
    .regex(/^(\/[\x21-\x7e]*)?$/, { error: 'expected a path, such as /health' })
    .default(''),
  milliseconds: z.int().min(0).max(longestReadyMs).default(usualReadyMs),
})

/** Answers the definition with all defaults. */
export const routeDefinition = z
  .strictObject({
    name: nameSchema.optional(),
    group: name,
    endpoint: name,
    publishers: z.array(name).max(mostPublishers).default([]),
    to: z.enum(['service-address', 'machine']).exactOptional(),
    drainMilliseconds: z.int().min(0).max(longestDrainMs).default(usualDrainMs),
    ready: ready.prefault({}),
    proxying: proxyingSchema.exactOptional(),
    naming: namingSchema.exactOptional(),
    haproxy: haproxy.exactOptional(),
  })
  .transform((route): RouteDefinition => ({ ...route, name: route.name ?? usualName(route) }))
  .superRefine(({ name, proxying = null, naming = null }, context) => {
    // What holds of all that a route has together.
    const whole = fileRouteSchema.safeParse({ name, proxying, naming })
    for (const { path, message } of whole.error?.issues ?? [])
      context.addIssue({ code: 'custom', path: [...path], message })
  })

const longestName = 63

function usualName({ group, endpoint }: { group: string; endpoint: string }): string {
  return `${group}.${endpoint}`.slice(0, longestName).replace(/[.-]+$/, '')
}
