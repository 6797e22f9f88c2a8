import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { cut } from '../../../proxy/tcp/cut.ts'

/** Both sides of a connection. Nothing is read of it yet. */
async function connection(t: Test): Promise<{ near: Socket; far: Socket }> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const [near] = (await once(server, 'connection')) as [Socket]
  t.teardown(() => {
    near.destroy()
    far.destroy()
    server.close()
  })
  return { near, far }
}

t.test('a connection that is cut is reset', async (t) => {
  const { near, far } = await connection(t)
  const [failed, closed] = [once(far, 'error'), once(near, 'close')]
  cut(near)
  t.match(await failed, [{ code: 'ECONNRESET' }])
  await closed
})

for (const [name, bytes] of [
  ['all that was said comes first when the end is on its way', 16 * 1024 * 1024],
  ['one whose end has just been said closes', 0],
] as const) {
  t.test(name, async (t) => {
    const { near, far } = await connection(t)
    near.end(Buffer.alloc(bytes))
    const closed = once(near, 'close')
    cut(near)
    let count = 0
    far.on('data', (piece: Buffer) => {
      count += piece.length
    })
    await once(far, 'end')
    t.equal(count, bytes)
    await closed
  })
}
