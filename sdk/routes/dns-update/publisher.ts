/** BIND, Knot, PowerDNS and whoever else takes updates by RFC 2136, signed by TSIG. */

import type { Message } from '../../../proto/dns/message.ts'
import { rcodes, recordTypes } from '../../../proto/dns/numbers.ts'
import { BusyError, FailedError } from '../../../proto/errors.ts'
import { parseEndpoint } from '../../../proto/routing/endpoint.ts'
import type { DnsUpdatePublisherDefinition } from '../configuration.ts'
import type { RouteDefinition, RouteState } from '../definition.ts'
import { late } from '../late.ts'
import type { PublishedRoute, Publisher } from '../publisher.ts'
import { askDns } from './exchange.ts'
import { readKey } from './key.ts'
import { addressesIn, numberIn, numberName, question, updateOf } from './records.ts'

/** Others may change the same route at the same time; more often than that nobody does. */
const mostTries = 5

export function dnsUpdatePublisher(name: string, definition: DnsUpdatePublisherDefinition): Publisher {
  const { server, zone, key } = definition
  const ask = async (message: Omit<Message, 'id'>): Promise<Message> => {
    const { address = '', port = 0 } = parseEndpoint(server) ?? {}
    return await askDns({ name, address, port, key: await readKey(key) }, message)
  }
  const numberOf = async (route: RouteDefinition) => {
    const answer = await ask(question(numberName(route, zone), recordTypes.TXT))
    if (answer.rcode !== rcodes.NOERROR && answer.rcode !== rcodes.NXDOMAIN)
      throw refused(name, zone, answer.rcode)
    return numberIn(answer)
  }
  const update = async (state: RouteState) => {
    for (let tries = 1; tries <= mostTries; tries += 1) {
      const before = await numberOf(state.definition)
      if (state.number <= before) throw late(name, state.definition.name)
      const { rcode } = await ask(updateOf(state, { zone, before }))
      if (rcode === rcodes.NOERROR) return
      // The number is another one by now.
      if (rcode !== rcodes.NXRRSET && rcode !== rcodes.YXRRSET) throw refused(name, zone, rcode)
    }
    throw busy(name, state.definition)
  }

  return {
    name,
    check: async (route) => {
      await numberOf(route)
    },
    put: update,
    hold: async () => 0,
    switch: update,
    release: async () => {},
    delete: (state) => update({ ...state, backends: [] }),
    list: async (routes) => {
      const published: PublishedRoute[] = []
      for (const route of routes) {
        const number = await numberOf(route)
        const [first] = route.naming?.names ?? []
        if (number === 0 || first === undefined) continue
        const answers = [
          await ask(question(first, recordTypes.A)),
          await ask(question(first, recordTypes.AAAA)),
        ]
        // Names have no ports.
        const backends = addressesIn(answers).map((address) => ({ address, port: 0 }))
        published.push({ name: route.name, number, held: false, backends })
      }
      return published
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

function refused(name: string, zone: string, code: number): FailedError {
  const word = Object.entries(rcodes).find(([, number]) => number === code)?.[0] ?? `code ${code}`
  return new FailedError({
    code: 'PUBLISHER_FAILED',
    message: `the DNS server ${name} answered ${word} for ${zone}`,
    remedy: 'See that it has the zone, and that the key may read and update it (docs/routes.md).',
  })
}

function busy(name: string, route: RouteDefinition): BusyError {
  return new BusyError({
    code: 'PUBLISHER_BUSY',
    message: `somebody else goes on changing ${route.name} at ${name}`,
    remedy: 'See who does, then run `cleave routes push`.',
  })
}
