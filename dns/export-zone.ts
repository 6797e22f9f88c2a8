/** Reads a zone out of the store, also of a server that runs. */
import { DatabaseSync } from 'node:sqlite'
import { canonicalName, parseName } from '../proto/dns/name.ts'
import { NotFoundError } from '../proto/errors.ts'
import { createAuthority } from './authority.ts'
import type { DnsConfig } from './config.ts'
import { unreadable } from './store/open.ts'
import { createStore } from './store/store.ts'
import { formatZoneFile } from './zone/master-file.ts'

/**
 * What the zone answers with now, records of routes included, as a zone file.
 *
 * @throws NotFoundError `ZONE_NOT_FOUND`; FailedError `STORE_UNREADABLE`
 */
export async function exportZone(config: DnsConfig, name: string): Promise<string> {
  const origin = canonicalName(parseName(name))
  using database = openToRead(config.store)
  const store = createStore(database)
  const zones = config.zones.flatMap(({ name }) => store.zone(name) ?? [])
  const zone = createAuthority({ store, zones, publish: async () => {} }).zones.get(origin)
  if (zone !== undefined) return formatZoneFile(zone)
  throw new NotFoundError({
    code: 'ZONE_NOT_FOUND',
    message: `there is no zone ${origin} in ${config.store}`,
    remedy: 'Name a zone of the settings with which the server has run.',
  })
}

function openToRead(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { readOnly: true })
  } catch (error) {
    throw unreadable(path, error)
  }
}
