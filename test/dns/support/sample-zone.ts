import { setsOf } from '../../../dns/zone/load.ts'
import { parseZoneFile } from '../../../dns/zone/master-file.ts'
import { createZone, type Zone } from '../../../dns/zone/zone.ts'

/** Throws when the text is no zone file. */
export function zoneOfText(text: string, origin = 'example.org.'): Zone {
  const parsed = parseZoneFile({ text, origin, ttl: 2 })
  if (!('records' in parsed)) throw new Error(JSON.stringify(parsed.problems))
  const zone = createZone(origin)
  for (const [name, sets] of Map.groupBy(setsOf(parsed.records), ({ name }) => name)) {
    zone.replace({ name, sets })
  }
  return zone
}

export const sampleText = `
$TTL 2
@            SOA   ns hostmaster 7 60 10 604800 3
             NS    ns
ns           A     127.0.0.1
www          A     10.0.0.1
             A     10.0.0.2
             AAAA  fd00::1
alias        CNAME www
chain        CNAME alias
outside      CNAME www.elsewhere.test.
lost         CNAME no-such-name
circle       CNAME circle
_http._tcp   SRV   0 5 80 www
             SRV   0 5 81 ns
mail         MX    10 www
text         TXT   "one string" two
*.wild       TXT   "for all below"
             A     10.0.0.9
here.wild    A     10.0.0.8
a.b.deep     A     10.0.0.7
*.to         CNAME www
sub          NS    ns.sub
ns.sub       A     10.0.0.53
`

export const sampleZone = (): Zone => zoneOfText(sampleText)
