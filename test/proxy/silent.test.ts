import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import t, { type Test } from 'tap'
import { backend } from '../proto/routing/sample-routes.ts'
import { tcpClient } from './support/connections.ts'
import { ask } from './support/http.ts'
import { startProxy } from './support/start-proxy.ts'

const server = `
const { createServer } = require('node:http')
const server = createServer((_, response) => response.end('well'))
server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => console.log(server.address().port))
`
const connectMs = 300

/** A backend that stands still, with as many connections as wait for it to go on: it answers no further ones. */
async function silentBackend(t: Test) {
  const child = execa(process.execPath, ['-e', server], { reject: false, timeout: 60_000 })
  t.teardown(async () => {
    child.kill('SIGKILL')
    await child
  })
  const [line] = await once(child.stdout, 'data')
  const port = Number(line)
  child.kill('SIGSTOP')
  for (let isFull = false; !isFull; ) {
    const socket = connect(port, '127.0.0.1')
    t.teardown(() => socket.destroy())
    isFull = await Promise.race([once(socket, 'connect').then(() => false), delay(connectMs, true)])
  }
  return { port, goOn: () => child.kill('SIGCONT') }
}

t.test('a backend that is silent for a while is asked again, by HTTP and by TCP', async (t) => {
  const { serve } = await startProxy(t, { timeouts: { connect: connectMs, drain: 100 } })
  const { port, goOn } = await silentBackend(t)
  const asked = ask(await serve('web', [backend(port)], { protocol: 'HTTP' }))
  const client = await tcpClient(t, await serve('tcp', [backend(port)]))
  client.socket.write('GET / HTTP/1.0\r\n\r\n')
  await delay(2 * connectMs)
  goOn()
  t.match(await asked, { status: 200, text: 'well' })
  await client.sees('well')
})

t.test('one that stays silent is given up, and whoever comes next finds that out anew', async (t) => {
  const { serve, routes } = await startProxy(t, { timeouts: { connect: connectMs, drain: 100 } })
  const { port } = await silentBackend(t)
  const listen = await serve('web', [backend(port)], { protocol: 'HTTP' })
  for (const failed of [1, 2]) {
    t.match(await ask(listen), { status: 503, text: /no backend/ })
    t.match(await routes.list(), [{ failed, connections: 0, waiting: 0 }])
  }
})
