/** Cleave's proxy beside nginx, HAProxy, http-proxy and httpxy: the same clients, the same backend, in turns. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import { packageRoot } from '../packaging/package-root.ts'
import { connectRoutes, type RoutesClient } from '../proto/routing/client.ts'
import { mostClients } from '../proxy/listening/admission.ts'
import { gigabitsPerSecond, openIdle, requestsPerSecond, residentMegabytes } from './proxy/load.ts'
import { startBackend, startCleave, startHaproxy, startLibrary, startNginx } from './proxy/programs.ts'
import { type Row, row } from './row.ts'

const rounds = 5
const seconds = 4
const warmUpSeconds = 2
const bigBytes = 1024 ** 3
// Fewer where a process may not open twice as many files.
const idleClients = Math.min(10_000, mostClients())
const mostLooks = 600
// In a network of its own nobody else has them.
const ports = {
  backend: 8100,
  http: 8101,
  tcp: 8102,
  nginx: 8103,
  haproxy: 8104,
  httpProxy: 8105,
  httpxy: 8106,
  heldHttp: 8107,
  heldTcp: 8108,
}

type Target = 'http' | 'tcp' | 'nginx' | 'haproxy' | 'httpProxy' | 'httpxy'

export async function measureProxy(say: (line: string) => void): Promise<Row[]> {
  await execa(process.execPath, [join(packageRoot(), 'packaging/npm/build.ts')])
  const folder = await mkdtemp(join(tmpdir(), 'cleave-bench-'))
  try {
    return await measureIn(folder, say)
  } finally {
    await rm(folder, { recursive: true })
  }
}

interface Memory {
  before: number
  held: number[]
}

/** What a proxy takes, alone and with clients that wait. */
async function measureHeld(options: { pid: number; folder: string; port: number }): Promise<Memory> {
  const { pid, folder, port } = options
  await using routes = await connectRoutes({ address: `unix:${join(folder, 'control')}`, peer: 'the proxy' })
  await routes.hold('tcp')
  const before = await residentMegabytes(pid)
  using _idle = await openIdle(port, idleClients)
  for (let looks = 0; (await waitingClients(routes)) !== idleClients; looks++) {
    if (looks > mostLooks) throw new Error(`only ${await waitingClients(routes)} clients wait`)
    await delay(50)
  }
  const held: number[] = []
  for (let look = 0; look < 3; look++) {
    await delay(1000)
    held.push(await residentMegabytes(pid))
  }
  return { before, held }
}

/** The same in a proxy that has passed on nothing yet. */
async function measureFresh(folder: string): Promise<Memory> {
  const { backend, heldHttp: http, heldTcp: tcp } = ports
  const own = join(folder, 'held')
  await mkdir(own)
  await using cleave = await startCleave({ folder: own, http, tcp, backend })
  return await measureHeld({ pid: cleave.pid, folder: own, port: tcp })
}

async function waitingClients(routes: RoutesClient): Promise<number | undefined> {
  return (await routes.list()).find(({ route }) => route?.name === 'tcp')?.waiting
}

async function measureIn(folder: string, say: (line: string) => void): Promise<Row[]> {
  const { backend, http, tcp } = ports
  await using _backend = await startBackend(folder, backend, bigBytes)
  await using cleave = await startCleave({ folder, http, tcp, backend })
  await using _nginx = await startNginx(folder, ports.nginx, backend)
  await using _haproxy = await startHaproxy(folder, ports.haproxy, backend)
  await using _httpProxy = await startLibrary('http-proxy', ports.httpProxy, backend)
  await using _httpxy = await startLibrary('httpxy', ports.httpxy, backend)

  const small = new Map<Target, number[]>()
  const big = new Map<Target, number[]>()
  const note = (map: Map<Target, number[]>, target: Target, value: number): void => {
    map.set(target, [...(map.get(target) ?? []), value])
  }
  const targets = ['http', 'nginx', 'httpProxy', 'httpxy', 'tcp', 'haproxy'] as const
  for (const target of targets) await requestsPerSecond(ports[target], warmUpSeconds)
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`)
    for (const target of targets) note(small, target, await requestsPerSecond(ports[target], seconds))
    // Whoever is first would find the file no longer in memory.
    await gigabitsPerSecond(ports.backend)
    for (const target of ['tcp', 'haproxy', 'http', 'nginx'] as const) {
      note(big, target, await gigabitsPerSecond(ports[target]))
    }
  }

  say(`${idleClients} clients wait`)
  const loaded = await measureHeld({ pid: cleave.pid, folder, port: tcp })
  const fresh = await measureFresh(folder)
  const values = (map: Map<Target, number[]>, target: Target) => map.get(target) ?? []
  const least = (aim: number) => ({
    text: `at least ${aim} of it`,
    met: (_value: number, ratio: number | null) => (ratio ?? 0) >= aim,
  })
  const waiting = (where: string, held: number[]): Row =>
    row({
      what: `memory with ${idleClients} clients that wait, ${where}`,
      unit: 'MB',
      values: held,
      aim: { text: 'under 200 MB', met: (value) => value < 200 },
    })
  const beside = (
    what: string,
    unit: string,
    map: Map<Target, number[]>,
    [ours, peer, name]: [Target, Target, string],
    aim?: number,
  ): Row =>
    row({
      what,
      unit,
      values: values(map, ours),
      peer: { name, values: values(map, peer) },
      ...(aim !== undefined && { aim: least(aim) }),
    })
  return [
    beside('HTTP requests', '1/s', small, ['http', 'nginx', 'nginx'], 0.6),
    beside('HTTP requests', '1/s', small, ['http', 'httpProxy', 'http-proxy with an agent'], 1.3),
    beside('HTTP requests', '1/s', small, ['http', 'httpxy', 'httpxy with an agent']),
    beside('HTTP requests over TCP', '1/s', small, ['tcp', 'haproxy', 'HAProxy'], 0.95),
    beside('one stream over TCP', 'Gbit/s', big, ['tcp', 'haproxy', 'HAProxy'], 0.95),
    beside('one answer over HTTP', 'Gbit/s', big, ['http', 'nginx', 'nginx']),
    waiting('in a proxy that has carried load', loaded.held),
    row({ what: 'memory before they came', unit: 'MB', values: [loaded.before] }),
    waiting('in a fresh one', fresh.held),
    row({ what: 'memory before they came to the fresh one', unit: 'MB', values: [fresh.before] }),
  ]
}
