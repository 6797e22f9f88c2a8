/** Receives the numbered datagrams of witnesses, and says who sent what. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'

export interface Sighting {
  group: string
  number: number
  /** Drawn once by the witness's process: a new one is a process that was started anew. */
  boot: string
  /** The address of the machine that sent it. */
  from: string
  /** The port of that address, or of the process that carried it out. */
  port: number
  /** performance.now() */
  at: number
}

export interface WitnessCollector extends AsyncDisposable {
  sightings(group: string): Sighting[]
  /** Waits until each of these was seen, at most a minute. */
  seen(groups: readonly string[]): Promise<void>
  /** Waits until each of these was seen so many times more, at most a minute: a busy host lets them send less often. */
  seenAgain(groups: readonly string[], times: number): Promise<void>
}

const datagram = z.strictObject({ group: z.string(), number: z.int().nonnegative(), boot: z.string() })

export async function collectWitnesses(options: { host: string; port: number }): Promise<WitnessCollector> {
  const seen = new Map<string, Sighting[]>()
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 })
  socket.on('message', (message, { address, port }) => {
    const { group, number, boot } = datagram.parse(JSON.parse(message.toString('utf8')))
    const sightings = seen.get(group) ?? []
    sightings.push({ group, number, boot, from: address, port, at: performance.now() })
    seen.set(group, sightings)
  })
  socket.bind(options.port, options.host)
  await once(socket, 'listening')
  return {
    sightings: (group) => [...(seen.get(group) ?? [])],
    seen: (groups) => until(() => groups.every((group) => seen.has(group))),
    seenAgain: (groups, times) => {
      const countOf = (group: string) => seen.get(group)?.length ?? 0
      const before = new Map(groups.map((group) => [group, countOf(group)]))
      return until(() => groups.every((group) => countOf(group) >= (before.get(group) ?? 0) + times))
    },
    [Symbol.asyncDispose]: async () => {
      socket.close()
      await once(socket, 'close')
    },
  }
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error('not every witness is seen')
    await delay(50)
  }
}

/** What is wrong with the processes that a group had: one after the other is right, two at once is not. */
export function simultaneous(sightings: readonly Sighting[]): string[] {
  const boots = sightings.map(({ boot }) => boot).filter((boot, index, all) => boot !== all[index - 1])
  return new Set(boots).size === boots.length ? [] : [`took turns: ${boots.join(' ')}`]
}

/** What is wrong with the numbers that a group sent: seen twice, missing, or of a process started anew. */
export function irregularities(sightings: readonly Sighting[]): string[] {
  const found: string[] = []
  const boots = new Set(sightings.map(({ boot }) => boot))
  if (boots.size > 1) found.push(`started ${boots.size} times`)
  const numbers = new Set<number>()
  for (const { number, from } of sightings) {
    if (numbers.has(number)) found.push(`${number} twice, the second from ${from}`)
    numbers.add(number)
  }
  const first = Math.min(...numbers)
  const last = Math.max(...numbers)
  for (let number = first; number <= last; number += 1)
    if (!numbers.has(number)) found.push(`${number} missing`)
  return found
}
