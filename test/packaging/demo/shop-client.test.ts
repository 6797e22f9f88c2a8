import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { startShopClient } from '../../../packaging/demo/shop-client.ts'
import { freePort } from '../../proto/routing/free-port.ts'

async function shopAt(
  t: Test,
  { address, port }: { address: string; port: number },
  answer: RequestListener,
) {
  const server = createServer(answer).listen(port, address)
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
}

let visits = 0
const welcome: RequestListener = (_, response) => {
  visits += 1
  const text = JSON.stringify({ visits })
  response.setHeader('content-length', text.length).end(text)
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000
  while (!holds() && performance.now() < deadline) await delay(5)
}

t.test('a client that goes by a name leaves a connection that leads nowhere, once', async (t) => {
  const port = await freePort()
  let address = '127.0.0.2'
  let isThere = true
  await shopAt(t, { address, port }, (request, response) => {
    if (isThere) welcome(request, response)
  })
  await shopAt(t, { address: '127.0.0.3', port }, welcome)
  const client = await startShopClient('shop', port, { lookUp: async () => address, doubtMs: 20 })
  await until(() => client.report().requests > 5)
  isThere = false
  address = '127.0.0.3'
  const { requests } = client.report()
  await until(() => client.report().requests > requests + 5)
  await client.stop()
  t.match(client.report(), { failures: 1, connectionKept: false })
  t.ok(client.report().requests > requests + 5)
})

t.test('it has patience with one that is only slow', async (t) => {
  const port = await freePort()
  let looks = 0
  const lookUp = async () => {
    looks += 1
    return '127.0.0.2'
  }
  await shopAt(t, { address: '127.0.0.2', port }, async (request, response) => {
    if (looks < 5) await until(() => looks >= 5)
    welcome(request, response)
  })
  const client = await startShopClient('shop', port, { lookUp, doubtMs: 5 })
  await until(() => client.report().requests > 5)
  await client.stop()
  t.match(client.report(), { failures: 0, connectionKept: true })
})
