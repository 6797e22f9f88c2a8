/** HAProxy as it runs already: servers of a backend get addresses, and requests wait in hold.lua while a map says so. */
import { setTimeout as delay } from 'node:timers/promises'
import { FailedError, RefusedError, UnavailableError } from '../../../proto/errors.ts'
import type { HaproxyPublisherDefinition } from '../configuration.ts'
import type { RouteBackend, RouteDefinition, RouteState } from '../definition.ts'
import { late } from '../late.ts'
import type { PublishedRoute, Publisher } from '../publisher.ts'
import { mapValue, type Slot, slotsOf, usage } from './answers.ts'
import { askHaproxy } from './runtime.ts'

const lookMs = 20

export function haproxyPublisher(name: string, { socket, map }: HaproxyPublisherDefinition): Publisher {
  const ask = (...commands: string[]) => askHaproxy(socket, commands)

  const slotsOfRoute = async (definition: RouteDefinition): Promise<Slot[]> => {
    const backend = backendOf(definition)
    const slots = slotsOf(await ask(`show servers state ${backend}`))
    if (slots !== undefined) return slots
    throw new UnavailableError({
      code: 'PUBLISHER_LACKS_ROUTE',
      message: `HAProxy (${name}) has no backend ${backend}`,
      remedy:
        'Add it to haproxy.cfg, with a server for each machine that may have the group (docs/routes.md).',
    })
  }
  const held = async (definition: RouteDefinition) => {
    const answer = await ask(`show map ${map}`)
    const backend = backendOf(definition)
    const number = Number(mapValue(answer, numberKey(backend)) ?? 0)
    return { isKnown: !answer.startsWith('Unknown'), answer, number, held: mapValue(answer, backend) === '1' }
  }
  /** Writes the number, and whether it is held, when that changes. */
  const begin = async ({ definition, number }: RouteState, isHeld?: boolean) => {
    const now = await held(definition)
    if (!now.isKnown) throw withoutMap(name, map)
    if (number <= now.number) throw late(name, definition.name)
    const backend = backendOf(definition)
    const entries = new Map([[numberKey(backend), `${number}`]])
    if (isHeld !== undefined || mapValue(now.answer, backend) === undefined)
      entries.set(backend, isHeld ? '1' : '0')
    const commands = [...entries].map(
      ([key, value]) =>
        `${mapValue(now.answer, key) === undefined ? 'add' : 'set'} map ${map} ${key} ${value}`,
    )
    await ask(...commands)
    const after = await held(definition)
    if (after.number === number && (isHeld === undefined || after.held === isHeld)) return
    throw notTaken(name, `the map ${map} does not have what it was given for ${backend}`)
  }
  const lead = async ({ definition, backends }: RouteState) => {
    const slots = await slotsOfRoute(definition)
    const changes = slotChanges(backendOf(definition), slots, backends)
    if (changes === undefined) throw tooFew(name, definition, slots.length, backends.length)
    if (changes.length === 0) return
    const answer = await ask(...changes)
    if (slotChanges(backendOf(definition), await slotsOfRoute(definition), backends)?.length === 0) return
    throw notTaken(name, answer.replaceAll(/\s+/g, ' ').slice(0, 500))
  }
  const inFlight = async (definition: RouteDefinition) =>
    usage(await ask(`show stat ${backendOf(definition)} 4 -1`))

  return {
    name,
    check: async (definition, backends) => {
      const slots = await slotsOfRoute(definition)
      if (slots.length < backends) throw tooFew(name, definition, slots.length, backends)
      if (!(await held(definition)).isKnown) throw withoutMap(name, map)
    },
    put: async (state) => {
      await begin(state)
      await lead(state)
    },
    hold: async (state, { drainMilliseconds }) => {
      await begin(state, true)
      const end = performance.now() + drainMilliseconds
      for (;;) {
        const { current } = await inFlight(state.definition)
        if (current === 0 || performance.now() >= end) return current
        await delay(lookMs)
      }
    },
    switch: async (state) => {
      await begin(state)
      await lead(state)
    },
    release: (state) => begin(state, false),
    delete: async (state) => {
      await begin(state, false)
      const section = backendOf(state.definition)
      // A section that is gone leads nowhere.
      if (slotsOf(await ask(`show servers state ${section}`)) !== undefined)
        await lead({ ...state, backends: [] })
    },
    list: async (definitions) => {
      const routes: PublishedRoute[] = []
      for (const definition of definitions) {
        const slots = (await slotsOfRoute(definition)).filter(({ inMaintenance }) => !inMaintenance)
        const { number, held: isHeld } = await held(definition)
        const { current, served, failed } = await inFlight(definition)
        const backends = slots.map(({ address, port, up }) => ({
          address,
          port,
          ...(up !== undefined && { up }),
        }))
        const counts = { connections: current, served, failed }
        if (number > 0) routes.push({ name: definition.name, number, held: isHeld, backends, ...counts })
      }
      return routes
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

/**
 * Commands that give each backend a server, and take servers that are left over out; none when all is so already, undefined
 * when there are too few servers. A server that has its address keeps it. Pure.
 */
export function slotChanges(
  section: string,
  slots: readonly Slot[],
  backends: readonly RouteBackend[],
): string[] | undefined {
  const leadsTo = (slot: Slot, { address, port }: RouteBackend) =>
    !slot.inMaintenance && slot.address === address && slot.port === port
  const missing = backends.filter((backend) => !slots.some((slot) => leadsTo(slot, backend)))
  const free = slots.filter((slot) => !backends.some((backend) => leadsTo(slot, backend)))
  if (missing.length > free.length) return undefined
  return free.flatMap((slot, index) => {
    const server = `${section}/${slot.name}`
    const backend = missing[index]
    // Maintenance also ends connections to the old address that are kept for later requests.
    const out = slot.inMaintenance ? [] : [`set server ${server} state maint`]
    if (backend === undefined) return out
    return [
      ...out,
      `set server ${server} addr ${backend.address} port ${backend.port}`,
      `set server ${server} state ready`,
    ]
  })
}

const numberKey = (backend: string) => `${backend}#number`

function backendOf({ name, haproxy }: RouteDefinition): string {
  if (haproxy !== undefined) return haproxy.backend
  throw new RefusedError({
    code: 'PUBLISHER_LACKS_ROUTE',
    message: `the route ${name} does not say which backend of HAProxy it is`,
    remedy: 'Add haproxy: { backend: NAME } to the route in routes.yaml.',
  })
}

function withoutMap(name: string, map: string): UnavailableError {
  return new UnavailableError({
    code: 'PUBLISHER_LACKS_MAP',
    message: `HAProxy (${name}) has no map ${map}`,
    remedy: 'Load hold.lua with that map in haproxy.cfg (docs/routes.md).',
  })
}

function tooFew(name: string, route: RouteDefinition, servers: number, backends: number): UnavailableError {
  return new UnavailableError({
    code: 'PUBLISHER_HAS_NO_ROOM',
    message: `HAProxy (${name}) has ${servers} servers in ${backendOf(route)}, and ${route.name} would lead to ${backends} machines`,
    remedy: 'Raise the number of its server-template in haproxy.cfg.',
  })
}

function notTaken(name: string, answer: string): FailedError {
  return new FailedError({
    code: 'PUBLISHER_FAILED',
    message: `HAProxy (${name}) did not do what it was told: ${answer}`,
    remedy: 'Mend what it says, then run `cleave routes push`.',
  })
}
