import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import { openStore } from '../../../sdk/store/store.ts'

const script = join(import.meta.dirname, 'contender.ts')

/** Another process that does to the store what `words` say, and then stays until it is killed. */
async function contender(t: Test, ...words: string[]) {
  const child = spawn(process.execPath, [script, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  t.teardown(kill)
  const [answer] = (await once(createInterface(child.stdout), 'line')) as [string]
  return { answer, pid: child.pid, kill }
}

t.test('one holder at a time', async (t) => {
  using store = openStore({ path: join(t.testdir(), 'store.db') })
  const { locks } = store
  {
    using _lock = locks.lockMachine('shop', 'one')
    t.equal(locks.holder('shop')?.operation, 'one')
    t.throws(() => locks.lockMachine('shop', 'two'), {
      code: 'MACHINE_BUSY',
      message: new RegExp(`one in process ${process.pid}`),
    })
    t.throws(() => locks.lockMachine('shop', 'one'), { code: 'MACHINE_BUSY' })
    locks.lockMachine('mail', 'two').release()
  }
  t.equal(locks.holder('shop'), undefined)
  locks.lockMachine('shop', 'two')
})

t.test('an operation that ends gives its locks back', async (t) => {
  using store = openStore({ path: join(t.testdir(), 'store.db') })
  store.operations.begin({ id: 'one', kind: 'split', machine: 'shop', plan: null })
  store.locks.lockMachine('shop', 'one')
  store.locks.lockMachine('mail', 'one')
  store.locks.lockMachine('other', 'two')
  store.operations.finish('one', { state: 'done' })
  t.equal(store.locks.holder('shop'), undefined)
  t.equal(store.locks.holder('mail'), undefined)
  t.equal(store.locks.holder('other')?.operation, 'two')
})

t.test('a process that lives keeps its lock, and loses it when it has ended', async (t) => {
  const path = join(t.testdir(), 'store.db')
  using store = openStore({ path })
  const other = await contender(t, 'lock', path)
  t.equal(other.answer, 'locked')
  t.throws(() => store.locks.lockMachine('shop', 'two'), {
    code: 'MACHINE_BUSY',
    message: new RegExp(`held by operation theirs in process ${other.pid}`),
  })
  await other.kill()
  t.equal(store.locks.holder('shop'), undefined, 'nobody is at work on it any more')
  store.locks.lockMachine('shop', 'two')
  t.equal(store.locks.holder('shop')?.owner.pid, process.pid)
})

t.test('an interrupted operation keeps its lock until somebody takes it over', async (t) => {
  const path = join(t.testdir(), 'store.db')
  using store = openStore({ path })
  const other = await contender(t, 'operation', path)
  t.throws(() => store.operations.takeOver('theirs'), { code: 'OPERATION_RUNNING' })
  await other.kill()
  t.equal(store.locks.holder('shop')?.owner.pid, other.pid)
  t.throws(() => store.locks.lockMachine('shop', 'two'), { code: 'OPERATION_INTERRUPTED' })
  t.equal(store.operations.takeOver('theirs').owner.pid, process.pid)
  t.throws(() => store.locks.lockMachine('shop', 'two'), { code: 'MACHINE_BUSY' }, 'it is ours now')
  store.operations.finish('theirs', { state: 'undone' })
  store.locks.lockMachine('shop', 'two')
})

t.test('two processes never allocate the same', async (t) => {
  const path = join(t.testdir(), 'store.db')
  const [one, two] = await Promise.all([
    contender(t, 'create', path, '25'),
    contender(t, 'create', path, '25'),
  ])
  t.strictSame([one.answer, two.answer], ['created', 'created'])
  using store = openStore({ path })
  const machines = store.machines.list()
  t.equal(machines.length, 50)
  for (const field of ['name', 'macAddress', 'address', 'tap'] as const) {
    t.equal(new Set(machines.map((machine) => machine[field])).size, 50, field)
  }
})
