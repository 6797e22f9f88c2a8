/** Whether what was started again serves. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { whenReady } from '../../../sdk/routes/ready.ts'
import { freePort } from '../../proto/routing/free-port.ts'

const at = (port: number) => ({ address: '127.0.0.1', port, machine: 'front' })

t.test('it waits for what comes, and no longer than it was told', async (t) => {
  const port = await freePort()
  t.equal(await whenReady(at(port), { path: '', milliseconds: 0 }), false)
  let status = 502
  const server = createServer((_, response) => response.writeHead(status).end())
  t.teardown(() => server.close())
  const coming = whenReady(at(port), { path: '', milliseconds: 30_000 })
  await once(server.listen(port, '127.0.0.1'), 'listening')
  t.equal(await coming, true)
  t.equal(await whenReady(at(port), { path: '/', milliseconds: 100 }), false, 'it says that it can not')
  const serving = whenReady(at(port), { path: '/', milliseconds: 30_000 })
  status = 204
  t.equal(await serving, true)
})

t.test('one that accepts and says nothing is not ready', async (t) => {
  const server = createServer(() => {})
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  t.equal(await whenReady(at(port), { path: '/', milliseconds: 0 }), false)
  t.equal(await whenReady(at(port), { path: '', milliseconds: 0 }), true)
})
