import { once } from 'node:events'
import { copyFile, readFile } from 'node:fs/promises'
import { connect as connectHttp2, createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { connect, createServer, type PeerCertificate } from 'node:tls'
import { execa } from 'execa'
import t, { type Test } from 'tap'
import { makeCertificates } from '../proto/routing/certificates.ts'
import { backend } from '../proto/routing/sample-routes.ts'
import { tcpBackend, tcpClient, until } from './support/connections.ts'
import { httpBackend } from './support/http.ts'
import { startProxy } from './support/start-proxy.ts'

const certificates = await makeCertificates(t.testdir(), ['a.example', 'b.example', 'new.example'])

/** Ends TLS itself, and answers with its name. */
async function tlsBackend(t: Test, name: 'a.example' | 'b.example') {
  const { certificate, key } = certificates[name]
  const server = createServer({ cert: await readFile(certificate), key: await readFile(key) }, (socket) => {
    socket.on('error', () => {})
    socket.on('data', (chunk) => socket.write(`${name}:${chunk}`))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => new Promise((resolve) => server.close(resolve)))
  return (server.address() as AddressInfo).port
}

t.test('TLS passes through by its server name; openssl sees the backend itself', async (t) => {
  const { serve, routes } = await startProxy(t)
  const port = await serve('a', [backend(await tlsBackend(t, 'a.example'))], { serverNames: ['a.example'] })
  const listen = `127.0.0.1:${port}`
  const [first] = await routes.list()
  const proxying = first?.route?.proxying
  await routes.put({
    name: 'b',
    backends: [backend(await tlsBackend(t, 'b.example'))],
    proxying: { ...proxying, serverNames: ['b.example'] },
  })
  for (const name of ['a.example', 'b.example'] as const) {
    const words = [
      's_client',
      '-connect',
      listen,
      '-servername',
      name,
      '-verify_return_error',
      '-ign_eof',
      '-quiet',
    ]
    const { authority } = certificates[name]
    const client = execa('openssl', [...words, '-CAfile', authority, '-verify_hostname', name], {
      input: 'hello',
      timeout: 10_000,
      reject: false,
    })
    let text = ''
    client.stdout?.on('data', (chunk) => {
      text += chunk
    })
    await until(() => text.includes(`${name}:hello`))
    client.kill()
    await client
  }
  const other = connect({ port, host: '127.0.0.1', servername: 'c.example', rejectUnauthorized: false })
  await t.rejects(once(other, 'secureConnect'), 'no route is for it')
  const plain = await tcpClient(t, port)
  plain.socket.write('GET / HTTP/1.1\r\n\r\n')
  t.equal(await plain.closed, 'error', 'this is no TLS')
})

t.test('HTTP/2 goes where h2 is asked for, HTTP/1.1 to where TLS is ended, on one port', async (t) => {
  const { serve, routes } = await startProxy(t)
  const { certificate, key, authority } = certificates['a.example']
  const cert = await readFile(certificate)
  const h2 = createSecureServer({ cert, key: await readFile(key) }, (_request, response) =>
    response.end('by h2'),
  )
  h2.listen(0, '127.0.0.1')
  await once(h2, 'listening')
  t.teardown(() => new Promise((resolve) => h2.close(resolve)))
  const { port: h2Port } = h2.address() as AddressInfo
  const port = await serve('grpc', [backend(h2Port)], { serverNames: ['a.example'], alpn: ['h2'] })
  const web = await httpBackend(t, 'web')
  await routes.put({
    name: 'web',
    backends: [backend(web.port)],
    proxying: { listen: `127.0.0.1:${port}`, protocol: 'HTTP', tls: { certificate, key } },
  })
  const ca = await readFile(authority)
  const session = connectHttp2(`https://127.0.0.1:${port}`, { ca, servername: 'a.example' })
  const stream = session.request({ ':path': '/' })
  stream.setEncoding('utf8')
  t.same(await once(stream, 'data'), ['by h2'])
  session.close()

  const words = ['--http1.1', '--cacert', authority, '--resolve', `a.example:${port}:127.0.0.1`]
  const { stdout } = await execa('curl', ['-sS', ...words, `https://a.example:${port}/x`])
  t.equal(stdout, 'web /x')
  t.match(web.requests[0]?.headers, { 'x-forwarded-proto': 'https', 'x-forwarded-port': String(port) })
})

t.test('TLS is ended for TCP, and certificates are read again when their files change', async (t) => {
  const { serve, folder } = await startProxy(t)
  const tls = { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
  const use = async (name: 'a.example' | 'new.example') => {
    await copyFile(certificates[name].certificate, tls.certificate)
    await copyFile(certificates[name].key, tls.key)
  }
  await use('a.example')
  const { port } = await tcpBackend(t, 'plain')
  const listen = await serve('tls', [backend(port)], { tls })
  const ca = await readFile(certificates['a.example'].authority)
  const open = async (servername: string) => {
    const socket = connect({ port: listen, host: '127.0.0.1', ca, servername, rejectUnauthorized: false })
    t.teardown(() => socket.destroy())
    await once(socket, 'secureConnect')
    return socket
  }
  const first = await open('a.example')
  first.write('x')
  t.equal(String((await once(first, 'data'))[0]), 'plain:x')
  await use('new.example')
  let seen: PeerCertificate | undefined
  await until(async () => {
    const socket = await open('new.example')
    seen = socket.getPeerCertificate()
    socket.destroy()
    return seen.subject.CN === 'new.example'
  })
  first.write('y')
  t.equal(String((await once(first, 'data'))[0]), 'plain:y', 'the old connection goes on')
})

t.test('a certificate that can not be read refuses the route, and changes nothing', async (t) => {
  const { serve, routes } = await startProxy(t)
  const tls = { certificate: '/nowhere.pem', key: '/nowhere.key' }
  await t.rejects(serve('tls', [], { tls }), { name: 'UnavailableError', code: 'NO_CERTIFICATE' })
  const { certificate } = certificates['a.example']
  const wrong = { certificate, key: certificates['b.example'].key }
  await t.rejects(serve('tls', [], { tls: wrong }), { code: 'NO_CERTIFICATE' })
  t.same(await routes.list(), [])
  const { port } = await tcpBackend(t, 'a')
  await t.rejects(routes.put({ name: 'taken', backends: [], proxying: { listen: `127.0.0.1:${port}` } }), {
    code: 'LISTEN_FAILED',
  })
})
