import { once } from 'node:events'
import { link, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import t, { type Test } from 'tap'
import { UnavailableError } from '../../../proto/errors.ts'
import { connectRoutes } from '../../../proto/routing/client.ts'
import { createRoutes, type RoutesHooks } from '../../../proto/routing/routes.ts'
import { serveRoutes } from '../../../proto/routing/serve.ts'
import { createRouteTable } from '../../../proto/routing/table.ts'
import { shortFolder } from '../../sdk/hypervisor/qemu/short-folder.ts'
import { makeCertificates } from './certificates.ts'
import { freePort } from './free-port.ts'
import { backend, route } from './sample-routes.ts'

async function serveOnSocket(t: Test, hooks: RoutesHooks = {}) {
  const folder = shortFolder(t)
  const socket = join(folder, 's')
  const failures: string[] = []
  const routes = createRoutes(createRouteTable(), hooks)
  const served = await serveRoutes({
    routes,
    control: { socket },
    onFailure: (call, error) => failures.push(`${call} ${(error as { code?: string }).code}`),
  })
  t.teardown(() => served.close(0))
  const client = await connectRoutes({ address: `unix:${socket}`, peer: 'the server' })
  t.teardown(client.close)
  return { folder, socket, routes, client, failures, served }
}

t.test('every call, over a unix socket of the owner alone', async (t) => {
  const { socket, client, failures } = await serveOnSocket(t)
  t.equal((await stat(socket)).mode & 0o777, 0o600)
  t.same(await client.put(route('shop', { number: 4, backends: [backend(80)] })), {
    name: 'shop',
    number: 4,
    inFlight: 0,
  })
  t.match(await client.hold('shop', { drainMs: 20 }), { number: 5 })
  t.match(await client.switch('shop', [backend(81)], { number: 6 }), { number: 6 })
  t.match(await client.switch('shop', [backend(81)], { number: 6 }), { number: 6 }, 'the same again')
  await t.rejects(client.switch('shop', [backend(82)], { number: 6 }), {
    name: 'RefusedError',
    code: 'CHANGE_LATE',
  })
  t.match(await client.list(), [{ route: { name: 'shop', held: true, backends: [{ port: 81 }] } }])
  t.match(await client.release('shop'), { number: 7 })
  t.match(await client.delete('shop'), { number: 8 })
  await t.rejects(client.release('shop', { number: 9 }), { name: 'NotFoundError', code: 'ROUTE_NOT_FOUND' })
  await t.rejects(client.put(route('Shop')), { name: 'InvalidRequestError', code: 'BAD_ROUTE' })
  t.same(await client.list(), [])
  t.same(failures, ['switch CHANGE_LATE', 'release ROUTE_NOT_FOUND', 'put BAD_ROUTE'])
})

t.test('a watcher sees all routes, then each change, and is let go', async (t) => {
  const { client } = await serveOnSocket(t)
  await client.put(route('shop'))
  const seen: string[] = []
  for await (const { route: now, deleted, complete } of client.watch()) {
    seen.push(complete ? 'complete' : (now?.name ?? `-${deleted}`))
    if (complete) await client.put(route('mail'))
    if (now?.name === 'mail') await client.delete('shop')
    if (deleted === 'shop') break
  }
  t.same(seen, ['shop', 'complete', 'mail', '-shop'])

  const stop = new AbortController()
  const events: unknown[] = []
  for await (const event of client.watch({ signal: stop.signal })) {
    events.push(event)
    if (event.complete) stop.abort()
  }
  t.equal(events.length, 2, 'the signal ends it')
})

t.test('what a server refuses changes nothing, and what it got ready is taken back', async (t) => {
  const done: string[] = []
  let broken = ''
  const fail = (step: string) => {
    if (broken === step) throw new UnavailableError({ code: 'BROKEN', message: step, remedy: 'Wait.' })
    done.push(step)
  }
  const { client, routes } = await serveOnSocket(t, {
    prepare: async () => {
      fail('prepare')
      return () => void done.push('taken back')
    },
    keep: () => fail('keep'),
    changed: () => void done.push('changed'),
  })
  broken = 'prepare'
  await t.rejects(client.put(route('shop')), { name: 'UnavailableError', code: 'BROKEN' })
  broken = 'keep'
  await t.rejects(client.put(route('shop')), { code: 'BROKEN' })
  t.same(routes.routes(), [])
  broken = ''
  await client.put(route('shop'))
  t.same(done, ['prepare', 'taken back', 'prepare', 'keep', 'changed'])
})

t.test('changes are made one after the other, in the order in which they came', async (t) => {
  let running = 0
  let most = 0
  const { client, routes } = await serveOnSocket(t, {
    prepare: async () => {
      most = Math.max(most, ++running)
      await delay(1)
      running--
    },
  })
  await Promise.all(Array.from({ length: 20 }, () => client.put(route('shop'))))
  t.same([most, routes.get('shop')?.number], [1, 20])
})

t.test(
  'a hold is answered when nothing is in flight, and the server is told when nobody waits',
  async (t) => {
    let aborted: Promise<unknown> | undefined
    const { client, routes } = await serveOnSocket(t, {
      inFlight: () => 3,
      drain: async (_name, limitMs, signal) => {
        if (limitMs === 50_000) aborted = once(signal, 'abort')
        return limitMs === 50_000 ? new Promise(() => {}) : 1
      },
    })
    await client.put(route('shop'))
    t.match(await client.hold('shop'), { inFlight: 3 })
    t.match(await client.hold('shop', { drainMs: 10 }), { inFlight: 1 })
    const waiting = client.hold('shop', { drainMs: 50_000 })
    waiting.catch(() => {})
    while (aborted === undefined) await delay(5)
    t.equal(routes.get('shop')?.held, true, 'it holds already')
    await client.close()
    await aborted
    await t.rejects(waiting)
  },
)

t.test('a socket that somebody answers on, a stale one, and a file that is none', async (t) => {
  const { folder, socket, routes } = await serveOnSocket(t)
  const again = (path: string) => serveRoutes({ routes, control: { socket: path }, onFailure: () => {} })
  await t.rejects(again(socket), { name: 'BusyError', code: 'CONTROL_TAKEN' })

  const stale = join(folder, 'stale')
  const server = createServer().listen(stale)
  await once(server, 'listening')
  // A hard link outlives the server, which removes its own name.
  await link(stale, `${stale}2`)
  await new Promise((resolve) => server.close(resolve))
  const served = await again(`${stale}2`)
  await once(connect(`${stale}2`), 'connect')
  await served.close(0)

  await writeFile(join(folder, 'file'), 'text')
  await t.rejects(again(join(folder, 'file')), { code: 'CONTROL_FAILED' })
  t.equal(await readFile(join(folder, 'file'), 'utf8'), 'text')
  await t.rejects(again('/nowhere/socket'), { code: 'CONTROL_FAILED' })
})

t.test('over TCP only with a certificate of the same authority, and only with TLS 1.3', async (t) => {
  const folder = t.testdir()
  const other = join(folder, 'other')
  await mkdir(other)
  const { server, client } = await makeCertificates(folder, ['server', 'client'])
  const { stranger } = await makeCertificates(other, ['stranger'])
  const address = `127.0.0.1:${await freePort()}`
  const routes = createRoutes(createRouteTable())
  const served = await serveRoutes({
    routes,
    control: { tcp: { listen: address, tls: server } },
    onFailure: () => {},
  })
  t.teardown(() => served.close(0))

  await using allowed = await connectRoutes({ address, peer: 'the server', tls: client })
  t.match(await allowed.put(route('shop')), { number: 1 })
  await using wrong = await connectRoutes({
    address,
    peer: 'the server',
    tls: { ...stranger, authority: server.authority },
  })
  await t.rejects(wrong.list(), { name: 'UnansweredError', code: 'NO_ANSWER' })
  await using trusting = await connectRoutes({
    address,
    peer: 'the server',
    tls: { ...client, authority: stranger.authority },
  })
  await t.rejects(trusting.list(), { code: 'NO_ANSWER' }, 'the client looks at the certificate, too')
  await using named = await connectRoutes({
    address,
    peer: 'x',
    tls: { ...client, serverName: 'wrong.example' },
  })
  await t.rejects(named.list(), { code: 'NO_ANSWER' })

  const old = connectTls({
    port: Number(address.split(':')[1]),
    host: '127.0.0.1',
    ca: await readFile(server.authority),
    cert: await readFile(client.certificate),
    key: await readFile(client.key),
    maxVersion: 'TLSv1.2',
  })
  await t.rejects(once(old, 'secureConnect'))

  await served.reload()
  await using again = await connectRoutes({ address, peer: 'the server', tls: client })
  t.match(await again.list(), [{ route: { name: 'shop' } }])
})
