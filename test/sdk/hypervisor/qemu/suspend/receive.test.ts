import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { receiveState } from '../../../../../sdk/hypervisor/qemu/suspend/receive.ts'
import { shortFolder } from '../short-folder.ts'

const state = randomBytes(3 * 1024 * 1024)

async function receiving(t: Test, to: FileHandle, longest = 2 * state.length) {
  const from = join(shortFolder(t), 'parent')
  const receiver = await receiveState({ from, to, longest })
  const parent = createConnection(from)
  parent.on('error', () => {})
  const ended = new Promise((resolve) => parent.once('close', resolve))
  await once(parent, 'connect')
  t.teardown(async () => {
    parent.destroy()
    await receiver[Symbol.asyncDispose]()
    await to.close()
  })
  return { from, receiver, parent, ended }
}

t.test('what is sent is in the file', async (t) => {
  const path = join(shortFolder(t), 'state')
  const { from, receiver, parent } = await receiving(t, await open(path, 'w'))
  parent.end(state)
  await receiver.done
  t.ok((await readFile(path)).equals(state))
  await receiver[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
  t.notOk(existsSync(from))
})

t.test('a disk that is full', async (t) => {
  const { receiver, parent, ended } = await receiving(t, await open('/dev/full', 'w'))
  parent.write(state)
  await t.rejects(receiver.done, { name: 'UnavailableError', code: 'NO_SPACE' })
  await ended
})

t.test('a state without an end', async (t) => {
  const path = join(shortFolder(t), 'state')
  const { receiver, parent } = await receiving(t, await open(path, 'w'), state.length)
  parent.write(state)
  parent.write(state)
  await t.rejects(receiver.done, { code: 'STATE_NOT_SAVED', message: /longer than/ })
  t.ok((await readFile(path)).length <= state.length)
})

t.test('nobody takes it any more', async (t) => {
  const file = await open(join(shortFolder(t), 'state'), 'w')
  const { receiver, parent, ended } = await receiving(t, file)
  parent.write(state.subarray(0, 100))
  const outcome = t.rejects(receiver.done, { code: 'STATE_NOT_SAVED' })
  await receiver[Symbol.asyncDispose]()
  await outcome
  await ended
})

t.test('nobody comes', async (t) => {
  const to = await open(join(shortFolder(t), 'state'), 'w')
  const receiver = await receiveState({ from: join(shortFolder(t), 'parent'), to, longest: 1 })
  const outcome = t.rejects(receiver.done, { code: 'STATE_NOT_SAVED' })
  await receiver[Symbol.asyncDispose]()
  await outcome
  await to.close()
})
