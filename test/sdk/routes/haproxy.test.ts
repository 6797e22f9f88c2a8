/** HAProxy of Debian's, led by its runtime API. */
import { createServer, type Server } from 'node:http'
import { connect, createServer as createTcpServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { haproxyPublisher } from '../../../sdk/routes/haproxy/publisher.ts'
import { shortFolder } from '../hypervisor/qemu/short-folder.ts'
import { definitionOf, stateOf } from './support/definition.ts'
import { startHaproxy } from './support/haproxy.ts'
import { ask, startClients } from './support/http-clients.ts'

const definition = definitionOf()

/** Answers with its own name, after a while. */
async function startBackend(t: Test, name: string, takesMs = 0): Promise<number> {
  const server = createServer((_, response) => {
    setTimeout(() => response.end(name), takesMs)
  })
  return await listen(t, server)
}

async function listen(t: Test, server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    if ('closeAllConnections' in server) server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

t.test('a route leads to its backends, and elsewhere after a change', async (t) => {
  const haproxy = await startHaproxy(t)
  await using publisher = haproxyPublisher('edge', { kind: 'haproxy', ...haproxy })
  const [one, two] = [await startBackend(t, 'one'), await startBackend(t, 'two')]
  await publisher.check(definition, 2)
  t.same(await publisher.list([definition]), [], 'nobody has told it anything')
  t.equal((await ask(haproxy.httpPort)).status, 503)

  await publisher.put(stateOf(definition, 10, one))
  t.equal((await ask(haproxy.httpPort)).body, 'one')
  await publisher.switch(stateOf(definition, 11, two))
  t.equal((await ask(haproxy.httpPort)).body, 'two')
  await publisher.switch(stateOf(definition, 12, one, two))
  const answers = new Set<string>()
  for (let count = 0; count < 10; count += 1) answers.add((await ask(haproxy.httpPort)).body)
  t.same([...answers].sort(), ['one', 'two'], 'two backends of one route')
  t.match(await publisher.list([definition]), [
    { name: 'shop.http', number: 12, held: false, backends: [{}, {}], failed: 0 },
  ])
  await publisher.delete(stateOf(definition, 13))
  t.equal((await ask(haproxy.httpPort)).status, 503)
  await publisher.delete(stateOf(definitionOf({ haproxy: { backend: 'gone' } }), 1))
})

t.test('a late change changes nothing', async (t) => {
  const haproxy = await startHaproxy(t)
  await using publisher = haproxyPublisher('edge', { kind: 'haproxy', ...haproxy })
  const [one, two] = [await startBackend(t, 'one'), await startBackend(t, 'two')]
  await publisher.put(stateOf(definition, 20, one))
  await t.rejects(publisher.switch(stateOf(definition, 20, two)), { code: 'CHANGE_LATE' })
  await t.rejects(publisher.put(stateOf(definition, 19, two)), { code: 'CHANGE_LATE' })
  await t.rejects(publisher.hold(stateOf(definition, 18), { drainMilliseconds: 0 }), { code: 'CHANGE_LATE' })
  t.equal((await ask(haproxy.httpPort)).body, 'one')
})

t.test('no request fails while the backend moves', async (t) => {
  const haproxy = await startHaproxy(t)
  await using publisher = haproxyPublisher('edge', { kind: 'haproxy', ...haproxy })
  const ports = [await startBackend(t, 'one', 30), await startBackend(t, 'two', 30)] as const
  await publisher.put(stateOf(definition, 1, ports[0]))
  await using clients = startClients({ port: haproxy.httpPort, connections: 20 })
  await delay(300)
  let number = 2
  for (const port of [ports[1], ports[0], ports[1]]) {
    const left = await publisher.hold(stateOf(definition, number++), { drainMilliseconds: 2000 })
    t.equal(left, 0, 'what was under way has ended')
    const [{ held } = { held: false }] = await publisher.list([definition])
    t.equal(held, true)
    const answered = clients.report().answers.size
    t.ok(answered > 0)
    await delay(500)
    await publisher.switch(stateOf(definition, number++, port))
    await publisher.release(stateOf(definition, number++, port))
    await delay(300)
  }
  const { requests, failures, answers } = clients.report()
  t.same(failures, [])
  t.ok(requests > 200, `${requests} requests`)
  t.same([...answers.keys()].sort(), ['one', 'two'])
})

t.test('without the hold the same move loses requests', async (t) => {
  const haproxy = await startHaproxy(t)
  await using publisher = haproxyPublisher('edge', { kind: 'haproxy', ...haproxy })
  const port = await startBackend(t, 'one', 30)
  await publisher.put(stateOf(definition, 1, port))
  await using clients = startClients({ port: haproxy.httpPort, connections: 20 })
  await delay(200)
  await publisher.switch(stateOf(definition, 2))
  await delay(300)
  await publisher.switch(stateOf(definition, 3, port))
  await delay(200)
  t.ok(clients.report().failures.length > 0)
})

t.test('what waits is bounded in number and time', async (t) => {
  const haproxy = await startHaproxy(t, { holdSeconds: 1, most: 2 })
  await using publisher = haproxyPublisher('edge', { kind: 'haproxy', ...haproxy })
  await publisher.put(stateOf(definition, 1, await startBackend(t, 'one')))
  await publisher.hold(stateOf(definition, 2), { drainMilliseconds: 0 })
  const answers = await Promise.all([1, 2, 3, 4].map(() => ask(haproxy.httpPort)))
  t.same(
    answers.map(({ status }) => status),
    [503, 503, 503, 503],
  )
  t.ok(answers.every(({ retryAfter }) => retryAfter === '1'))
  await publisher.release(stateOf(definition, 3))
  t.equal((await ask(haproxy.httpPort)).body, 'one', 'and none of them counts any more')
})

t.test('connections wait as requests do', async (t) => {
  const haproxy = await startHaproxy(t)
  await using publisher = haproxyPublisher('edge', { kind: 'haproxy', ...haproxy })
  const stream = definitionOf({ haproxy: { backend: 'stream' } })
  const port = await listen(
    t,
    createTcpServer((socket) => socket.on('error', () => {}).end('two')),
  )
  await publisher.put(stateOf(stream, 1))
  await publisher.hold(stateOf(stream, 2), { drainMilliseconds: 0 })
  const read = async () => {
    const parts: string[] = []
    for await (const part of connect({ host: '127.0.0.1', port: haproxy.tcpPort })) parts.push(String(part))
    return parts.join('')
  }
  const waiting = read()
  t.equal(await Promise.race([waiting, delay(300, 'waits')]), 'waits')
  await publisher.switch(stateOf(stream, 3, port))
  t.equal(await Promise.race([waiting, delay(300, 'waits')]), 'waits')
  await publisher.release(stateOf(stream, 4, port))
  t.equal(await waiting, 'two')
})

t.test('what it can not serve is told before anything is changed', async (t) => {
  const haproxy = await startHaproxy(t)
  await using publisher = haproxyPublisher('edge', { kind: 'haproxy', ...haproxy })
  await t.rejects(publisher.check(definition, 3), { code: 'PUBLISHER_HAS_NO_ROOM' })
  await t.rejects(publisher.check(definitionOf({ haproxy: { backend: 'other' } }), 1), {
    code: 'PUBLISHER_LACKS_ROUTE',
  })
  const otherMap = haproxyPublisher('edge', { kind: 'haproxy', socket: haproxy.socket, map: '/other.map' })
  await t.rejects(otherMap.check(definition, 1), { code: 'PUBLISHER_LACKS_MAP' })
  const nobody = haproxyPublisher('edge', { kind: 'haproxy', ...haproxy, socket: '/nowhere.sock' })
  await t.rejects(nobody.check(definition, 1), { code: 'PUBLISHER_UNREACHABLE' })
})

t.test('a server that never answers is not waited for', async (t) => {
  const socket = `${shortFolder(t)}/mute.sock`
  const mute = createTcpServer((connection) => connection.on('error', () => {}).resume())
  await new Promise<void>((resolve) => mute.listen(socket, resolve))
  t.teardown(() => mute.close())
  const publisher = haproxyPublisher('edge', { kind: 'haproxy', socket, map: '/hold.map' })
  await t.rejects(publisher.check(definition, 1), { code: 'PUBLISHER_SILENT' })
})
