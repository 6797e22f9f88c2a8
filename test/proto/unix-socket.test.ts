import { statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { listenPrivately } from '../../proto/unix-socket.ts'
import { shortFolder } from '../sdk/hypervisor/qemu/short-folder.ts'

t.test('only the owner may connect, and a connection that can not be accepted ends nobody', async (t) => {
  const path = join(shortFolder(t), 'socket')
  const server = createServer()
  t.teardown(() => server.close())
  await listenPrivately(server, path)
  t.equal(statSync(path).mode & 0o777, 0o600)
  // As Node tells of accept(2) without descriptors.
  t.ok(server.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' })))
  t.ok(server.listening)
})

t.test('what can not be listened on is told', async (t) => {
  const server = createServer()
  await t.rejects(listenPrivately(server, '/nowhere/at/all'), { code: 'EACCES' })
})
