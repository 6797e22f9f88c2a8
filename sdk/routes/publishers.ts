/** Everybody whom routes.yaml names, opened when they are asked first. */
import { cleavePublisher } from './cleave/publisher.ts'
import type { PublisherDefinition, RoutesConfiguration } from './configuration.ts'
import type { RouteDefinition } from './definition.ts'
import { dnsUpdatePublisher } from './dns-update/publisher.ts'
import { haproxyPublisher } from './haproxy/publisher.ts'
import type { Publisher } from './publisher.ts'

export interface Publishers extends AsyncDisposable {
  /** Those of one route that the file still names, each once. */
  of(definition: RouteDefinition): string[]
  /**
   * Does something with one of them. What it throws, opening included, is thrown.
   *
   * @param name one that {@link of} answered
   */
  with<Result>(name: string, work: (publisher: Publisher) => Promise<Result>): Promise<Result>
}

export function openPublishers({ publishers }: Pick<RoutesConfiguration, 'publishers'>): Publishers {
  const opened = new Map<string, Promise<Publisher>>()
  return {
    of: (definition) => [...new Set(definition.publishers)].filter((name) => publishers.has(name)),
    with: async (name, work) => {
      const definition = publishers.get(name)
      if (definition === undefined) throw new RangeError(`there is no publisher ${name}`)
      const publisher = opened.get(name) ?? open(name, definition)
      opened.set(name, publisher)
      return await work(await publisher)
    },
    [Symbol.asyncDispose]: async () => {
      for (const opening of await Promise.allSettled(opened.values()))
        if (opening.status === 'fulfilled') await opening.value[Symbol.asyncDispose]()
    },
  }
}

async function open(name: string, definition: PublisherDefinition): Promise<Publisher> {
  switch (definition.kind) {
    case 'cleave':
      return await cleavePublisher(name, definition)
    case 'haproxy':
      return haproxyPublisher(name, definition)
    case 'dns-update':
      return dnsUpdatePublisher(name, definition)
  }
}
