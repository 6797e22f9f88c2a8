/** Checks what a caller asks of a route. Pure. */
import * as z from 'zod'
import { InvalidRequestError } from '../errors.ts'
import type { Backend, Route } from '../generated/route-messages.ts'
import type { Change } from './change.ts'
import { longestDrainMs } from './limits.ts'
import { backendsSchema, nameSchema, numberSchema, routeSchema } from './schema.ts'

const named = z.object({ name: nameSchema, number: numberSchema })
const switched = named.extend({ backends: backendsSchema })
const held = named.extend({ drainMilliseconds: z.int().min(0).max(longestDrainMs) })

/** @throws InvalidRequestError `BAD_ROUTE` */
export function checkPut(route: Route | null): Change {
  const checked = check(routeSchema, route ?? {}, route?.name)
  return { kind: 'put', name: checked.name, number: checked.number, route: checked }
}

/** @throws InvalidRequestError `BAD_ROUTE` */
export function checkSwitch(request: { name: string; number: number; backends: Backend[] }): Change {
  return { kind: 'switch', ...check(switched, request, request.name) }
}

/** @throws InvalidRequestError `BAD_ROUTE` */
export function checkHold(request: { name: string; number: number; drainMilliseconds: number }): {
  change: Change
  drainMs: number
} {
  const { drainMilliseconds, ...change } = check(held, request, request.name)
  return { change: { kind: 'hold', ...change }, drainMs: drainMilliseconds }
}

/** @throws InvalidRequestError `BAD_ROUTE` */
export function checkNamed(kind: 'release' | 'delete', request: { name: string; number: number }): Change {
  return { kind, ...check(named, request, request.name) }
}

function check<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  name: string | undefined,
): z.output<Schema> {
  const { data, error } = schema.safeParse(value)
  if (error === undefined) return data
  const mistakes = error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new InvalidRequestError({
    code: 'BAD_ROUTE',
    message: `route ${JSON.stringify(String(name ?? '').slice(0, 63))} can't be as asked: ${mistakes.join('; ')}`,
    remedy: 'Correct it: proto/routes.proto says what each field may be.',
    cause: error,
  })
}
