import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import t from 'tap'
import { freePort } from '../proto/routing/free-port.ts'
import { backend } from '../proto/routing/sample-routes.ts'
import { tcpBackend, tcpClient, until } from './support/connections.ts'
import { ask, httpBackend } from './support/http.ts'
import { program, startProgram } from './support/program.ts'

const listenOf = (port: number) => `127.0.0.1:${port}`
const run = (...words: string[]) =>
  execa(process.execPath, [program, ...words], { reject: false, timeout: 20_000 })

t.test('--help, --version, and settings that are wrong', async (t) => {
  t.match(await run('--help'), { stdout: /^Usage: cleave-proxy/, exitCode: 0 })
  t.match(await run('--version'), { stdout: /^\d+\.\d+\.\d+$/, exitCode: 0 })
  const file = join(t.testdir({ 'proxy.yaml': 'routes:\n  - name: shop\n    port: 1\n' }), 'proxy.yaml')
  t.match(await run('--check', '--config', file), { stderr: /proxy\.yaml:3:5: .*"port"/, exitCode: 1 })
  t.match(await run('--config', file), { stderr: /proxy\.yaml:3:5: /, exitCode: 2 })
})

t.test('SIGHUP reads settings again and drops no connection; SIGTERM lets clients finish', async (t) => {
  const [a, b] = [await tcpBackend(t, 'a'), await tcpBackend(t, 'b')]
  const [one, two] = [await freePort(), await freePort()]
  const accessLog = 'access.jsonl'
  const { write, start, folder } = await startProgram(t, {})
  const routesOf = (backendPort: number, port: number, name = 'echo') => ({
    name,
    backends: [{ address: '127.0.0.1', port: backendPort }],
    proxying: { listen: listenOf(port) },
  })
  const settings = { accessLog: join(folder, accessLog), timeouts: { drain: 20_000 } }
  await write({ ...settings, routes: [routesOf(a.port, one)] })
  const { child, lines } = await start()
  const client = await tcpClient(t, one)
  client.socket.write('1')
  await client.sees('a:1')

  await write({ ...settings, routes: [routesOf(a.port, two), routesOf(b.port, one, 'other')] })
  child.kill('SIGHUP')
  await until(() => lines.some((line) => line.includes('read again')))
  const next = await tcpClient(t, one)
  next.socket.write('2')
  await next.sees('b:2')
  client.socket.write('3')
  await client.sees('a:3')
  const moved = await tcpClient(t, two)
  moved.socket.write('4')
  await moved.sees('a:4')

  child.kill('SIGTERM')
  await until(() => lines.some((line) => line.includes('the proxy ends')))
  const late = await tcpClient(t, two)
  t.equal(await late.closed, 'error', 'it takes nobody any more')
  client.socket.write('5')
  await client.sees('a:5')
  moved.socket.end()
  client.socket.end()
  next.socket.end()
  t.equal((await child).exitCode, 0)
  const access = (await readFile(join(folder, accessLog), 'utf8')).trim().split('\n')
  t.match(
    access.map((line) => JSON.parse(line)).filter(({ fromClient }) => fromClient === 3),
    [
      {
        route: 'echo',
        client: '127.0.0.1',
        outcome: 'served',
        fromBackend: 9,
        backend: `127.0.0.1 ${a.port}`,
      },
    ],
  )
})

t.test('a restart, also by SIGKILL, loses no route, and what was changed stays', async (t) => {
  const [a, b] = [await httpBackend(t, 'a'), await httpBackend(t, 'b')]
  const port = await freePort()
  const { write, start, folder, routes } = await startProgram(t, {})
  const shop = {
    name: 'shop',
    backends: [{ address: '127.0.0.1', port: a.port }],
    proxying: { listen: listenOf(port), protocol: 'http' },
  }
  await write({ state: join(folder, 'state.json'), routes: [shop] })
  const first = await start()
  t.match(await ask(port), { text: 'a /' })
  await routes.switch('shop', [backend(b.port)])
  await routes.hold('shop', { number: 7 })
  first.child.kill('SIGKILL')
  await first.child
  await start()
  await until(async () => (await routes.list().catch(() => [])).length > 0)
  t.match(await routes.list(), [
    { route: { name: 'shop', number: 7, held: true, backends: [{ port: b.port }] } },
  ])
  await t.rejects(routes.release('shop', { number: 6 }), { code: 'CHANGE_LATE' })
  const waiting = ask(port)
  await until(async () => (await routes.list())[0]?.waiting === 1)
  await routes.release('shop', { number: 8 })
  t.match(await waiting, { text: 'b /' })
})

t.test('metrics, health and readiness', async (t) => {
  const { port: backendPort } = await httpBackend(t, 'a')
  const [port, observing] = [await freePort(), await freePort()]
  const { start, routes } = await startProgram(t, {
    observe: { listen: listenOf(observing) },
    timeouts: { drain: 20_000 },
    routes: [
      {
        name: 'shop',
        backends: [{ address: '127.0.0.1', port: backendPort }],
        proxying: { listen: listenOf(port), protocol: 'http' },
      },
    ],
  })
  const { child } = await start()
  await ask(port)
  await ask(port)
  await routes.hold('shop')
  const waiting = ask(port)
  await until(async () => (await routes.list())[0]?.waiting === 1)
  const { text } = await ask(observing, { path: '/metrics' })
  for (const line of [
    'cleave_proxy_route_held{route="shop"} 1',
    'cleave_proxy_route_waiting{route="shop"} 1',
    'cleave_proxy_route_ended_total{route="shop",outcome="served"} 2',
    `cleave_proxy_backend_up{route="shop",address="127.0.0.1",port="${backendPort}"} 1`,
    'cleave_proxy_clients 1',
  ]) {
    t.ok(text.includes(line), line)
  }
  t.match(await ask(observing, { path: '/healthz' }), { status: 200 })
  t.match(await ask(observing, { path: '/readyz' }), { status: 200 })
  t.match(await ask(observing, { path: '/' }), { status: 404 })
  child.kill('SIGTERM')
  await until(async () => (await ask(observing, { path: '/readyz' })).status === 503)
  t.match(await ask(observing, { path: '/healthz' }), { status: 200 })
  await routes.release('shop')
  t.match(await waiting, { status: 200 })
  t.equal((await child).exitCode, 0)
})

t.test('with few open files it turns clients away, says so, and recovers', async (t) => {
  const { port: backendPort } = await tcpBackend(t, 'a')
  const port = await freePort()
  const { start } = await startProgram(
    t,
    {
      routes: [
        {
          name: 'echo',
          backends: [{ address: '127.0.0.1', port: backendPort }],
          proxying: { listen: listenOf(port) },
        },
      ],
    },
    ['prlimit', '--nofile=100:100'],
  )
  const { lines, openFiles } = await start()
  const clients = await Promise.all(Array.from({ length: 120 }, () => tcpClient(t, port)))
  for (const { socket } of clients) socket.write('x')
  const served = () => clients.filter(({ text }) => text() === 'a:x').length
  const ended = new Set<number>()
  for (const [index, client] of clients.entries()) client.closed.then(() => ended.add(index))
  await until(() => served() + ended.size === 120)
  t.equal(served(), 26, 'all that there is room for')
  t.ok(lines.some((line) => line.includes('as many clients as asked for would need more open files')))
  t.ok(lines.some((line) => line.includes('turned away')))
  for (const { socket } of clients) socket.destroy()
  const idle = await openFiles()
  await until(async () => {
    const next = await tcpClient(t, port)
    next.socket.write('y')
    await Promise.race([next.sees('a:y').catch(() => {}), delay(200)])
    return next.text() === 'a:y'
  })
  t.ok(idle < 100)
})
