/** Name servers with the same zone, each with its own port of loopback. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import { freePort } from '../../test/proto/routing/free-port.ts'

export const names = 1000
export const secret = Buffer.from('a secret for measuring').toString('base64')
const startMs = 20_000

export interface NameServer extends AsyncDisposable {
  name: string
  port: number
  /** Of Cleave DNS. */
  control: string
}

type Settings = Omit<NameServer, keyof AsyncDisposable | 'name'> & { folder: string; zone: string }

/** The zone file and the questions that all of them are asked. */
export function writeZone(folder: string): { zone: string; known: string; unknown: string } {
  const range = Array.from({ length: names }, (_, index) => index)
  const address = (index: number): string => `10.0.${index >> 8}.${index & 255}`
  const records = range.map((index) => `n${index} A ${address(index)}`)
  const head = ['$TTL 2', '@ SOA ns hostmaster 1 60 10 604800 2', '@ NS ns', 'ns A 127.0.0.1']
  const write = (name: string, lines: string[]): string => {
    const path = join(folder, name)
    writeFileSync(path, `${lines.join('\n')}\n`)
    return path
  }
  const hosts = range.map((index) => `${address(index)} n${index}.example.org`)
  write('hosts', hosts)
  return {
    zone: write('example.org.zone', [...head, ...records]),
    known: write(
      'known',
      range.map((index) => `n${index}.example.org A`),
    ),
    // More than any cache of answers holds.
    unknown: write(
      'unknown',
      Array.from({ length: 100_000 }, (_, index) => `x${index}.example.org A`),
    ),
  }
}

/** @param options.processes of Cleave DNS only */
export async function startServer(options: {
  name: string
  kind: keyof typeof commands
  folder: string
  zone: string
  processes?: number
}): Promise<NameServer> {
  const folder = join(options.folder, options.name.replaceAll(' ', '-'))
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  const settings = { ...options, folder, port, control: join(folder, 'control') }
  const [program, ...words] = commands[options.kind](settings)
  const child = execa(program, words, { reject: false, stdio: 'ignore', timeout: 1_800_000 })
  const server: NameServer = {
    name: options.name,
    port,
    control: settings.control,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM')
      await child
    },
  }
  const deadline = Date.now() + startMs
  while (!(await answers(port))) {
    if (Date.now() > deadline) throw new Error(`${options.name} does not answer`)
    await delay(100)
  }
  return server
}

async function answers(port: number): Promise<boolean> {
  const words = ['@127.0.0.1', '-p', String(port), '+tries=1', '+time=1', '+short', 'n1.example.org']
  return (await execa('dig', words, { reject: false, timeout: 5000 })).stdout === '10.0.0.1'
}

const repository = join(import.meta.dirname, '..', '..')

const commands = {
  cleave: ({ folder, port, zone, control, processes = 1 }: Settings & { processes?: number }) => {
    const file = join(folder, 'dns.yaml')
    const settings = {
      listen: [`127.0.0.1:${port}`],
      processes,
      store: join(folder, 'store.sqlite'),
      control: { socket: control },
      keys: [{ name: 'key', secret }],
      zones: [{ name: 'example.org', file: zone, updates: { keys: ['key'] } }],
      log: { level: 'error' },
    }
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(settings))
    return [process.execPath, join(repository, 'dns/main.ts'), '--config', file]
  },
  dns2: ({ port, zone }: Settings) => [
    process.execPath,
    join(repository, 'bench/dns/dns2-server.ts'),
    String(port),
    zone,
  ],
  knot: ({ folder, port, zone }: Settings) => {
    const file = join(folder, 'knot.conf')
    writeFileSync(
      file,
      `server:
    rundir: "${folder}"
    listen: 127.0.0.1@${port}
database:
    storage: "${folder}"
key:
  - id: key
    algorithm: hmac-sha256
    secret: ${secret}
acl:
  - id: update
    key: key
    action: update
zone:
  - domain: example.org
    file: "${zone}"
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: changes
    acl: update
`,
    )
    return ['knotd', '-c', file]
  },
  bind: ({ folder, port, zone }: Settings) => {
    const file = join(folder, 'named.conf')
    const own = join(folder, 'zone')
    writeFileSync(
      file,
      `options { directory "${folder}"; pid-file none; session-keyfile none; listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; }; recursion no; dnssec-validation no; notify no; minimal-responses yes; };
controls { };
key "key" { algorithm hmac-sha256; secret "${secret}"; };
zone "example.org" { type primary; file "${own}"; allow-update { key "key"; }; };
`,
    )
    return ['sh', '-c', `cp "${zone}" "${own}" && exec named -f -c "${file}"`]
  },
  dnsmasq: ({ folder, port }: Settings) => [
    'dnsmasq',
    '--keep-in-foreground',
    '--conf-file=/dev/null',
    '--no-resolv',
    '--no-hosts',
    `--addn-hosts=${join(folder, '..', 'hosts')}`,
    '--local=/example.org/',
    '--local-ttl=2',
    '--listen-address=127.0.0.1',
    '--bind-interfaces',
    `--port=${port}`,
    '--user=root',
    '--pid-file',
  ],
} satisfies Record<string, (settings: Settings & { processes?: number }) => [string, ...string[]]>
