/** BIND, Knot and PowerDNS of Debian's, each with a zone example.org that takes signed updates. */
import { randomBytes } from 'node:crypto'
import { Resolver } from 'node:dns/promises'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Test } from 'tap'
import type { DnsUpdatePublisherDefinition } from '../../../../sdk/routes/configuration.ts'
import { freePort } from '../../../proto/routing/free-port.ts'
import { shortFolder } from '../../hypervisor/qemu/short-folder.ts'
import { runServer } from './run-server.ts'

export interface RunningDns {
  definition: DnsUpdatePublisherDefinition
  resolver: Resolver
}

interface Ground {
  folder: string
  port: number
  secret: string
}

const zoneFile = `$ORIGIN example.org.
$TTL 60
@ SOA ns hostmaster 1 3600 600 86400 5
@ NS ns
ns A 127.0.0.1
`

export const dnsServers: Record<string, (t: Test) => Promise<RunningDns>> = {
  BIND: async (t) => {
    const { folder, port, secret } = await ground(t)
    const configuration = `
options {
  directory "${folder}"; pid-file none; session-keyfile none; lock-file none;
  listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
  recursion no; dnssec-validation no; notify no;
};
controls { };
key "cleave." { algorithm hmac-sha256; secret "${secret}"; };
zone "example.org" { type primary; file "${folder}/zone"; update-policy { grant cleave. zonesub ANY; }; };
`
    writeFileSync(join(folder, 'named.conf'), configuration)
    return await start(t, { folder, port, secret }, ['named', '-g', '-c', join(folder, 'named.conf')])
  },
  Knot: async (t) => {
    const { folder, port, secret } = await ground(t)
    const configuration = `
server:
    rundir: "${folder}"
    listen: 127.0.0.1@${port}
database:
    storage: "${folder}"
key:
  - id: cleave.
    algorithm: hmac-sha256
    secret: ${secret}
acl:
  - id: update
    key: cleave.
    action: [update, query]
zone:
  - domain: example.org
    storage: "${folder}"
    file: zone
    acl: update
`
    writeFileSync(join(folder, 'knot.conf'), configuration)
    return await start(t, { folder, port, secret }, ['knotd', '-c', join(folder, 'knot.conf')])
  },
  PowerDNS: async (t) => {
    const { folder, port, secret } = await ground(t)
    const path = join(folder, 'pdns.db')
    fillDatabase(path, secret)
    writeFileSync(
      join(folder, 'pdns.conf'),
      [
        'launch=gsqlite3',
        `gsqlite3-database=${path}`,
        `socket-dir=${folder}`,
        'local-address=127.0.0.1',
        `local-port=${port}`,
        'dnsupdate=yes',
        'allow-dnsupdate-from=127.0.0.0/8',
        'cache-ttl=0',
        'query-cache-ttl=0',
        'negquery-cache-ttl=0',
        'zone-cache-refresh-interval=0',
      ].join('\n'),
    )
    return await start(t, { folder, port, secret }, [
      'pdns_server',
      `--config-dir=${folder}`,
      '--daemon=no',
      '--guardian=no',
    ])
  },
}

async function ground(t: Test): Promise<Ground> {
  const folder = shortFolder(t)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'zone'), zoneFile)
  return { folder, port: await freePort(), secret: randomBytes(32).toString('base64') }
}

function fillDatabase(path: string, secret: string): void {
  using database = new DatabaseSync(path)
  database.exec(readFileSync('/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql', 'utf8'))
  const soa = 'ns.example.org hostmaster.example.org 1 3600 600 86400 5'
  database.exec(`
    INSERT INTO domains (id, name, type) VALUES (1, 'example.org', 'NATIVE');
    INSERT INTO records (domain_id, name, type, content, ttl, auth) VALUES
      (1, 'example.org', 'SOA', '${soa}', 60, 1), (1, 'example.org', 'NS', 'ns.example.org', 60, 1),
      (1, 'ns.example.org', 'A', '127.0.0.1', 60, 1);
    INSERT INTO tsigkeys (name, algorithm, secret) VALUES ('cleave', 'hmac-sha256', '${secret}');
    INSERT INTO domainmetadata (domain_id, kind, content) VALUES (1, 'TSIG-ALLOW-DNSUPDATE', 'cleave');
  `)
}

async function start(
  t: Test,
  { folder, port, secret }: Ground,
  command: readonly [string, ...string[]],
): Promise<RunningDns> {
  const resolver = new Resolver({ timeout: 1000, tries: 2 })
  resolver.setServers([`127.0.0.1:${port}`])
  await runServer(t, command, () => resolver.resolveSoa('example.org'))
  const file = join(folder, 'secret')
  writeFileSync(file, `${secret}\n`)
  return {
    resolver,
    definition: {
      kind: 'dns-update',
      server: `127.0.0.1:${port}`,
      zone: 'example.org',
      key: { name: 'cleave', algorithm: 'hmac-sha256', file },
    },
  }
}
