import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import type { Proxying } from '../../proto/generated/route-messages.ts'
import { makeCertificates } from '../proto/routing/certificates.ts'
import { backend } from '../proto/routing/sample-routes.ts'
import { until } from './support/connections.ts'
import { grpcBackend, grpcClient } from './support/grpc.ts'
import { startProxy } from './support/start-proxy.ts'

const { 'a.example': files } = await makeCertificates(t.testdir(), ['a.example'])
const { certificate, key } = files

async function move(t: Test, { more, endsTls }: { more: Partial<Proxying>; endsTls: boolean }) {
  const { serve, routes } = await startProxy(t)
  const ofBackends = endsTls ? undefined : files
  const [a, b] = [await grpcBackend(t, 'a', ofBackends), await grpcBackend(t, 'b', ofBackends)]
  const port = await serve('echo', [backend(a)], { alpn: ['h2'], ...more })
  const client = await grpcClient(t, port, files, 'a.example')
  t.equal(await client.say('1'), 'a:1')
  t.same(await client.count(3), ['a:1', 'a:2', 'a:3'])
  const chat = client.chat()
  chat.write('2')
  t.same(await once(chat, 'data'), ['a:2'])

  await routes.hold('echo')
  chat.write('3')
  t.same(await once(chat, 'data'), ['a:3'], 'an open connection goes on while the route is held')
  const other = await grpcClient(t, port, files, 'a.example')
  let answered = false
  const waiting = other.say('4').finally(() => {
    answered = true
  })
  await until(async () => (await routes.list())[0]?.waiting === 1)
  const broken = new Promise((resolve) => chat.once('error', resolve))
  await routes.switch('echo', [backend(b)])
  t.match(await broken, { code: status.UNAVAILABLE }, 'a stream ends when its backend is gone')
  const again = client.say('5')
  await delay(50)
  t.notOk(answered, 'a new call waits')
  await routes.release('echo')
  t.equal(await waiting, 'b:4')
  t.equal(await again, 'b:5', 'the same channel reaches the new backend')
  t.same(await client.count(2), ['b:1', 'b:2'])
}

t.test('gRPC passes through by its server name, waits and goes on at the new backend', async (t) => {
  await move(t, { more: { serverNames: ['a.example'] }, endsTls: false })
})

t.test('the same where TLS is ended by the proxy, which chooses h2', async (t) => {
  await move(t, { more: { tls: { certificate, key } }, endsTls: true })
})
