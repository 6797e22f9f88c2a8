import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import { attachConsole } from '../../../../sdk/hypervisor/qemu/console.ts'
import { shortFolder } from './short-folder.ts'

/** A guest's end of a console, and a terminal attached to it. */
async function attached(t: Test) {
  const path = join(shortFolder(t), 'console.sock')
  const server = createServer()
  t.teardown(() => server.close())
  await new Promise<void>((resolve) => server.listen(path, resolve))
  const modes: boolean[] = []
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (mode: boolean) => modes.push(mode),
  })
  const output = new PassThrough()
  const result = attachConsole({ socket: path, input, output })
  const [guest] = (await once(server, 'connection')) as [Socket]
  guest.on('error', () => {})
  t.teardown(() => guest.destroy())
  return { guest, input, output, result, modes }
}

t.test('keys go in, text comes out, and the escape key stays here', async (t) => {
  const { guest, input, output, result, modes } = await attached(t)
  guest.write('login: ')
  t.equal(String((await once(output, 'data'))[0]), 'login: ')
  input.write('root\x03')
  t.equal(String((await once(guest, 'data'))[0]), 'root\x03', 'control and C belongs to the guest')
  const rest = guest.toArray()
  input.write('bye\x1dnot for the guest')
  t.equal(await result, 'left')
  t.equal(Buffer.concat(await rest).toString(), 'bye')
  t.strictSame(modes, [true, false], 'the terminal is given back as it was')
  t.equal(output.writableEnded, false)
})

t.test('a machine that ends', async (t) => {
  const { guest, result, modes } = await attached(t)
  guest.destroy()
  t.equal(await result, 'machine-ended')
  t.strictSame(modes, [true, false])
})

t.test('an input that ends', async (t) => {
  const { input, result } = await attached(t)
  input.end()
  t.equal(await result, 'left')
})

t.test('a machine that does not run', async (t) => {
  const socket = join(shortFolder(t), 'none.sock')
  await t.rejects(attachConsole({ socket }), { name: 'UnavailableError', code: 'NO_CONSOLE' })
})
