/** Who may have a zone transferred, or update it. */
import type { TsigKey } from '../proto/dns/tsig/key.ts'
import type { ZoneConfig } from './config.ts'
import { networkCheck } from './networks.ts'

export type Access = (origin: string, client: { address: string }, key: TsigKey | undefined) => boolean

/** A key that the zone names, or an address in one of its networks. Nobody when it names neither. */
export function createAccess(zones: readonly ZoneConfig[], way: 'transfers' | 'updates'): Access {
  const byOrigin = new Map(
    zones.map((zone) => [
      zone.name,
      { keys: new Set(zone[way].keys), isWithin: networkCheck(zone[way].networks) },
    ]),
  )
  return (origin, { address }, key) => {
    const who = byOrigin.get(origin)
    if (who === undefined) return false
    return key !== undefined ? who.keys.has(key.name) : who.isWithin(address)
  }
}
