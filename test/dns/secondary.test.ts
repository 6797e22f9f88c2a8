/** BIND and Knot as secondaries: they are told of changes and fetch the zone, both signed. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import t, { type Test } from 'tap'
import { freePort } from '../proto/routing/free-port.ts'
import { shortFolder } from '../sdk/hypervisor/qemu/short-folder.ts'
import { dig, nsupdate, runProgram, secret, writeSettings } from './support/program.ts'

const waitMs = 20_000
const pauseMs = 50

/** Ends with the test. */
function run(t: Test, program: string, words: string[]): void {
  const child = execa(program, words, { reject: false, timeout: 60_000, stdio: 'ignore' })
  t.teardown(async () => {
    child.kill('SIGKILL')
    await child
  })
}

async function startNamed(t: Test, folder: string, primary: number): Promise<number> {
  const [port, control] = [await freePort(), await freePort()]
  const settings = join(folder, 'named.conf')
  writeFileSync(
    settings,
    `options {
  directory "${folder}"; pid-file none; session-keyfile none; listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; }; recursion no; dnssec-validation no; notify no; max-refresh-time 600; min-refresh-time 600;
};
controls { inet 127.0.0.1 port ${control} allow { none; }; };
key "key" { algorithm hmac-sha256; secret "${secret}"; };
server 127.0.0.1 { keys { "key"; }; };
zone "example.org" {
  type secondary; masterfile-format text; file "${folder}/secondary.zone";
  primaries { 127.0.0.1 port ${primary} key "key"; }; allow-notify { key "key"; };
};
`,
  )
  run(t, 'named', ['-f', '-c', settings])
  return port
}

async function startKnot(t: Test, folder: string, primary: number): Promise<number> {
  const port = await freePort()
  const settings = join(folder, 'knot.conf')
  writeFileSync(
    settings,
    `server:
    rundir: "${folder}"
    listen: 127.0.0.1@${port}
database:
    storage: "${folder}/db"
key:
  - id: key
    algorithm: hmac-sha256
    secret: ${secret}
remote:
  - id: primary
    address: 127.0.0.1@${primary}
    key: key
acl:
  - id: told
    key: key
    action: notify
template:
  - id: default
    storage: "${folder}"
zone:
  - domain: example.org
    master: primary
    acl: told
    refresh-min-interval: 600
`,
  )
  mkdirSync(join(folder, 'db'))
  run(t, 'knotd', ['-c', settings])
  return port
}

/** Asks again and again, as nobody says when a secondary is done. */
async function becomes(port: number, name: string, wanted: string): Promise<string> {
  const deadline = Date.now() + waitMs
  for (;;) {
    const answer = await dig(port, name, '+short')
    if (answer === wanted || Date.now() > deadline) return answer
    await delay(pauseMs)
  }
}

const servers = { BIND: startNamed, Knot: startKnot }
for (const [server, start] of Object.entries(servers)) {
  t.test(`${server} follows`, async (t) => {
    const folder = shortFolder(t)
    const primary = await writeSettings(t, {})
    const port = await start(t, folder, primary.port)
    const zones = [
      {
        name: 'example.org',
        updates: { keys: ['key'] },
        transfers: { keys: ['key'] },
        notify: [{ address: `127.0.0.1:${port}`, key: 'key' }],
      },
    ]
    const program = await runProgram(t, {
      ...(await writeSettings(t, { zones, listen: [`127.0.0.1:${primary.port}`] }, primary.folder)),
      port: primary.port,
    })
    await nsupdate(program.port, ['update add a.example.org 2 A 10.0.0.1'])
    t.equal(await becomes(port, 'a.example.org', '10.0.0.1'), '10.0.0.1')
    for (const address of ['10.0.0.2', '10.0.0.3']) {
      await nsupdate(program.port, ['update delete a.example.org', `update add a.example.org 2 A ${address}`])
      t.equal(
        await becomes(port, 'a.example.org', address),
        address,
        'it was told, as it does not ask by itself',
      )
    }
    const own = await dig(program.port, 'example.org', 'SOA', '+short')
    t.equal(await dig(port, 'example.org', 'SOA', '+short'), own)
  })
}
