import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { Duplex } from 'node:stream'
import { ChannelCredentials, credentials } from '@grpc/grpc-js'
import t from 'tap'
import { OneSessionCredentials } from '../../../sdk/guest/one-session.ts'

t.test('the version whose inner interface is used is the one that is installed, and pinned', async (t) => {
  const { dependencies } = JSON.parse(
    await readFile(new URL('../../../package.json', import.meta.url), 'utf8'),
  )
  const require = createRequire(import.meta.url)
  t.match(dependencies['@grpc/grpc-js'], /^\d+\.\d+\.\d+$/)
  t.equal(require('@grpc/grpc-js/package.json').version, dependencies['@grpc/grpc-js'])
})

t.test('grpc-js still asks its credentials in the way that is used', (t) => {
  const own = credentials.createInsecure()
  t.equal(own._isSecure(), false)
  const target = { path: '/run/x.sock', scheme: 'unix' }
  t.same(
    Object.keys(own._createSecureConnector(target, {})).sort(),
    Object.keys(
      new OneSessionCredentials(async () => new Duplex())._createSecureConnector(target, {}),
    ).sort(),
  )
  t.ok(new OneSessionCredentials(async () => new Duplex()) instanceof ChannelCredentials)
  t.end()
})

t.test('the second dial is refused before it is made', async (t) => {
  const stream = new Duplex()
  const connector = new OneSessionCredentials(async () => stream)._createSecureConnector(
    { path: '/run/x.sock', scheme: 'unix' },
    {},
  )
  await connector.waitForReady()
  t.equal((await connector.connect(new Duplex() as never)).socket, stream as never)
  await t.rejects(connector.waitForReady(), /over/)
})
