/** Clients that ask 200 times a second in all at a service address and through a proxy, and others that go by a name. */
import type { LookupFunction } from 'node:net'
import type { Test } from 'tap'
import { type PacedClients, type PacedReport, startPaced } from './paced-clients.ts'
import { type RoutedHost, shopAddress, webPort } from './routed-host.ts'

export type Way = (typeof keptWays)[number] | 'web by name'

/** Those on which nobody ever fails. */
export const keptWays = ['shop at its service address', 'shop by proxy', 'web by proxy'] as const

export interface EveryWay extends AsyncDisposable {
  report(way: Way): PacedReport
  /** Says how much was asked and answered. */
  tell(t: Test): void
}

/** As the routes of names have it. */
export const timeToLiveMs = 2000
// Who goes by names has to find out that a connection leads nowhere any more.
const impatienceMs = 3000

/** Most ask what is quick to answer: the guest may be emulated. */
export function startEveryWay({ proxy, resolver }: RoutedHost): EveryWay {
  const local = { host: '127.0.0.1' }
  const web = { path: '/BSD' }
  const startedAt = performance.now()
  const clients: Record<Way, PacedClients> = {
    'shop at its service address': startPaced({
      host: shopAddress,
      port: 80,
      perSecond: 20,
      connections: 8,
    }),
    'shop by proxy': startPaced({ ...local, port: proxy.shop, perSecond: 20, connections: 25 }),
    'web by proxy': startPaced({ ...local, ...web, port: proxy.web, perSecond: 160, connections: 500 }),
    'web by name': startPaced({
      ...web,
      host: 'web.example.org',
      port: webPort,
      perSecond: 20,
      connections: 100,
      answerMs: impatienceMs,
      lookup: cachingLookup((name) => resolver.resolve4(name)),
    }),
  }
  return {
    report: (way) => clients[way].report(),
    tell: (t) => {
      const seconds = (performance.now() - startedAt) / 1000
      for (const [way, one] of Object.entries(clients)) {
        const { requests, answers, failures, lost, ...longest } = one.report()
        const onOpen = failures.filter(({ onOpenConnection }) => onOpenConnection).length
        t.comment(
          `${way}: ${requests} requests, ${(requests / seconds).toFixed(1)}/s, ${answers} answers, ` +
            `${failures.length} failures (${onOpen} on open connections), ${lost} connections lost, ` +
            `longest silence ${Math.round(longest.longestSilenceMs)} ms, longest answer ${Math.round(longest.longestMs)} ms`,
        )
      }
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(Object.values(clients).map((one) => one[Symbol.asyncDispose]()))
    },
  }
}

/** Asks again when the time to live is over, as resolvers do. */
function cachingLookup(resolve: (name: string) => Promise<string[]>): LookupFunction {
  let known: { address: Promise<string>; until: number } | undefined
  const addressOf = async (name: string) => {
    const [address] = await resolve(name)
    if (address === undefined) throw new Error(`${name} has no address`)
    return address
  }
  return (name, _options, done) => {
    const now = performance.now()
    if (known === undefined || now >= known.until)
      known = { address: addressOf(name), until: now + timeToLiveMs }
    known.address.then(
      (address) => done(null, address, 4),
      (error: NodeJS.ErrnoException) => {
        known = undefined
        done(error, '', 4)
      },
    )
  }
}
