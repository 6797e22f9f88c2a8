import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createConnection, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { openRelay } from '../../../../../sdk/hypervisor/qemu/fork/relay.ts'
import { shortFolder } from '../short-folder.ts'

const state = randomBytes(3 * 1024 * 1024)

/** A place for children and their parent, each with the socket it has on its side once the relay is open. */
async function family(t: Test, names: readonly string[]) {
  const folder = shortFolder(t)
  const to = names.map((name) => join(folder, name))
  const servers = await Promise.all(to.map(listen))
  const from = join(folder, 'parent')
  const relay = await openRelay({ from, to })
  const children = await Promise.all(servers.map(({ child }) => child))
  const parent = createConnection(from)
  parent.on('error', () => {})
  await once(parent, 'connect')
  t.teardown(async () => {
    await relay[Symbol.asyncDispose]()
    for (const socket of [parent, ...children]) socket.destroy()
    for (const { server } of servers) server.close()
  })
  return { relay, from, parent, children }
}

async function listen(path: string) {
  const server = createServer({ pauseOnConnect: true })
  const child = once(server, 'connection').then(([socket]) => {
    ;(socket as Socket).on('error', () => {})
    return socket as Socket
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return { server, child }
}

t.test('every child gets the same state', async (t) => {
  const { relay, from, parent, children } = await family(t, ['a', 'b', 'c'])
  const taken = Promise.all(children.map((child) => child.toArray()))
  parent.end(state)
  await relay.done
  for (const chunks of await taken) t.ok(Buffer.concat(chunks).equals(state))
  await relay[Symbol.asyncDispose]()
  await relay[Symbol.asyncDispose]()
  t.notOk(existsSync(from))
})

t.test('a child that does not read holds nobody up', async (t) => {
  const { relay, parent, children } = await family(t, ['slow', 'quick'])
  const taken = children[1]?.toArray()
  parent.end(state)
  await once(parent, 'finish')
  t.equal(Buffer.concat((await taken) ?? []).length, state.length)
  t.equal(await Promise.race([relay.done.then(() => 'done'), delay(20, 'waits')]), 'waits')
  const outcome = t.rejects(relay.done)
  await relay[Symbol.asyncDispose]()
  await outcome
})

t.test('a child that goes away', async (t) => {
  const { relay, parent, children } = await family(t, ['a'])
  children[0]?.destroy()
  parent.end(state)
  await t.rejects(relay.done, { code: 'CHILD_UNREACHABLE' })
})

t.test('a parent that goes away', async (t) => {
  const { relay, parent, children } = await family(t, ['a'])
  const taken = children[0]?.toArray()
  parent.write(state.subarray(0, 100))
  parent.end()
  await relay.done
  t.equal(Buffer.concat((await taken) ?? []).length, 100, 'that it is not whole is for the child to see')
})

t.test('a child that is not there', async (t) => {
  const folder = shortFolder(t)
  const from = join(folder, 'parent')
  await t.rejects(openRelay({ from, to: [join(folder, 'a')] }), { code: 'CHILD_UNREACHABLE' })
  t.notOk(existsSync(from))
})

t.test('a state without an end', async (t) => {
  const { relay, parent } = await family(t, ['a'])
  const outcome = t.rejects(relay.done, { code: 'CHILD_UNREACHABLE', message: /longer than/ })
  for (let sent = 0; sent < 40; sent += 1) parent.write(state)
  await outcome
})
