/** Clients of both groups of a routed host, through HAProxy and through Cleave's proxy. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { type Clients, startClients } from '../../sdk/routes/support/http-clients.ts'
import type { RoutedHost } from './routed-host.ts'

export interface RoutedClients extends AsyncDisposable {
  /** Every client gets answers, and none has failed so far; all lead to where the routes do, by group. */
  allIsWell(t: Test, expected: Record<string, string[]>): Promise<void>
}

export function startRoutedClients({ haproxy, proxy, leadsTo }: RoutedHost): RoutedClients {
  const pace = { connections: 4, pauseMs: 40 }
  const clients = {
    'shop by HAProxy': startClients({ ...pace, port: haproxy.shop }),
    'web by HAProxy': startClients({ ...pace, port: haproxy.web, path: '/BSD' }),
    'shop by proxy': startClients({ ...pace, port: proxy.shop }),
    'web by proxy': startClients({ ...pace, port: proxy.web, path: '/BSD' }),
  }
  return {
    allIsWell: async (t, expected) => {
      await goOn(t, clients)
      await leadsTo(t, expected)
      noneFailed(t, clients)
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(Object.values(clients).map((one) => one[Symbol.asyncDispose]()))
    },
  }
}

function noneFailed(t: Test, clients: Record<string, Clients>): void {
  for (const [name, one] of Object.entries(clients)) {
    const { requests, failures, longestMs } = one.report()
    t.comment(`${name}: ${requests} requests, the longest ${Math.round(longestMs)} ms`)
    t.same(failures.slice(0, 3), [], name)
    t.equal(failures.length, 0, name)
  }
}

/** Every client gets answers, again. */
async function goOn(t: Test, clients: Record<string, Clients>): Promise<void> {
  for (const [name, client] of Object.entries(clients)) {
    const count = () => [...client.report().answers.values()].reduce((total, one) => total + one, 0)
    const before = count()
    const deadline = performance.now() + 30_000
    while (count() < before + 20 && performance.now() < deadline) await delay(50)
    t.ok(count() >= before + 20, `${name} is answered`)
  }
}
