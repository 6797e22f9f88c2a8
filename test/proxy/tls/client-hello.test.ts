import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type ConnectionOptions, connect } from 'node:tls'
import fc from 'fast-check'
import t from 'tap'
import { longestHello, readClientHello } from '../../../proxy/tls/client-hello.ts'

/** What a real client says first. */
async function hello(options: ConnectionOptions): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', ...options })
  client.on('error', () => {})
  const [socket] = (await once(server, 'connection')) as [Socket]
  const [bytes] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  client.destroy()
  await new Promise((resolve) => server.close(resolve))
  return bytes
}

const plain = await hello({})
const named = await hello({ servername: 'Shop.Example', ALPNProtocols: ['h2', 'http/1.1'] })

t.test('real hellos', (t) => {
  t.same(readClientHello(named), { serverName: 'shop.example', alpn: ['h2', 'http/1.1'] })
  t.same(readClientHello(plain), { serverName: '', alpn: [] })
  t.same(readClientHello(Buffer.concat([named, Buffer.from('more')])), readClientHello(named))
  t.end()
})

t.test('of old versions, too', async (t) => {
  const old = await hello({ servername: 'old.example', maxVersion: 'TLSv1.2', minVersion: 'TLSv1.2' })
  t.same(readClientHello(old), { serverName: 'old.example', alpn: [] })
})

t.test('what is cut off needs more', (t) => {
  for (let length = 0; length < named.length; length++) {
    if (readClientHello(named.subarray(0, length)) !== 'more') t.fail(`${length} bytes`)
  }
  t.pass('at every byte')
  t.end()
})

t.test('a hello over several records', (t) => {
  const message = named.subarray(5)
  const records = [message.subarray(0, 3), message.subarray(3, 100), message.subarray(100)].map((part) => {
    const head = Buffer.of(22, 3, 1, 0, 0)
    head.writeUInt16BE(part.length, 3)
    return Buffer.concat([head, part])
  })
  t.same(readClientHello(Buffer.concat(records)), readClientHello(named))
  t.end()
})

t.test('whatever comes, it ends, and waits for no more than a hello may have', (t) => {
  t.equal(readClientHello(Buffer.from('GET / HTTP/1.1\r\n')), 'wrong')
  const endless = Buffer.concat([Buffer.of(22, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xff), Buffer.alloc(longestHello)])
  t.not(readClientHello(endless), 'more')
  const change = fc.tuple(fc.nat(named.length - 1), fc.nat(255))
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), fc.nat(named.length), (changes, length) => {
      const bytes = Buffer.from(named.subarray(0, length))
      for (const [at, byte] of changes) if (at < length) bytes[at] = byte
      const read = readClientHello(bytes)
      return typeof read === 'string' || read.serverName.length <= bytes.length
    }),
    { numRuns: 3000 },
  )
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 100 }),
      (bytes) => readClientHello(Buffer.from(bytes)) !== undefined,
    ),
  )
  t.end()
})
