import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import { isAlive } from '../../../sdk/store/process-handle.ts'
import { openStore } from '../../../sdk/store/store.ts'
import { machineRecord } from './machine-record.ts'

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

t.test('a disk has a lock of its own beside that of a machine of its name', async (t) => {
  const path = join(t.testdir(), 'store.db')
  using store = openStore({ path })
  const { locks } = store
  using _machine = locks.lockMachine('shop', 'start')
  locks.lockDisk('shop', 'move').release()
  const other = await contender(t, 'disk', path)
  t.throws(() => locks.lockDisk('shop', 'attach'), {
    name: 'BusyError',
    code: 'DISK_LOCKED',
    message: new RegExp(`disk shop is held by operation theirs in process ${other.pid}`),
  })
  await other.kill()
  locks.lockDisk('shop', 'attach').release()
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

t.test('a child is not given while the machine that it was split from is held', async (t) => {
  const path = join(t.testdir(), 'store.db')
  using store = openStore({ path })
  const { locks } = store
  store.machines.insert(machineRecord({ name: 'shop' }))
  store.machines.insert(machineRecord({ name: 'front', parent: 'shop' }))
  store.machines.insert(machineRecord({ name: 'front-2', parent: 'front' }))
  const other = await contender(t, 'operation', path)
  for (const options of [{}, { whileParentInterrupted: true }]) {
    const outcome = () => locks.lockMachine('front', 'merge-1', options)
    t.throws(outcome, { code: 'MACHINE_BUSY', message: /machine shop is held by operation theirs/ })
  }
  locks.lockMachine('front-2', 'merge-1').release()
  await other.kill()
  t.throws(() => locks.lockMachine('front', 'merge-1'), { code: 'OPERATION_INTERRUPTED', message: /shop/ })
  locks.lockMachine('front', 'start', { whileParentInterrupted: true }).release()
  store.operations.takeOver('theirs')
  store.operations.finish('theirs', { state: 'done' })
  locks.lockMachine('front', 'merge-1').release()
})

t.test('only a split of the machine above holds a child', (t) => {
  using store = openStore({ path: join(t.testdir(), 'store.db') })
  const { locks, operations, machines } = store
  machines.insert(machineRecord({ name: 'shop' }))
  machines.insert(machineRecord({ name: 'front', parent: 'shop' }))
  operations.begin({ id: 'merge-1', kind: 'merge', machine: 'shop', plan: null })
  using _shop = locks.lockMachine('shop', 'merge-1')
  locks.lockMachine('front', 'merge-1').release()
  t.equal(locks.holder('front'), undefined)
  t.end()
})

t.test('a machine that an interrupted merge waits for can be stopped, and the merge keeps it', (t) => {
  using store = openStore({ path: join(t.testdir(), 'store.db') })
  const { locks, operations } = store
  const options = { besideInterrupted: true }
  for (const kind of ['merge', 'resize', 'split'] as const) {
    const [machine, id] = [`shop-${kind}`, `${kind}-1`]
    operations.begin({ id, kind, machine, plan: null })
    locks.lockMachine(machine, id)
    t.throws(() => locks.lockMachine(machine, 'stop', options), { code: 'MACHINE_BUSY' }, 'it is at work')
    operations.abandon(id)
    t.throws(() => locks.lockMachine(machine, 'stop'), { code: 'OPERATION_INTERRUPTED' })
  }
  t.throws(() => locks.lockMachine('shop-split', 'stop', options), { code: 'OPERATION_INTERRUPTED' })
  locks.lockMachine('shop-resize', 'stop', options).release()
  {
    using _stop = locks.lockMachine('shop-merge', 'stop', options)
    t.throws(() => locks.lockMachine('shop-merge', 'stop', options), { code: 'MACHINE_BUSY' })
    t.equal(locks.holder('shop-merge')?.operation, 'merge-1')
    t.throws(() => operations.takeOver('merge-1'), { code: 'MACHINE_BUSY', message: /shop-merge.*stop/ })
  }
  t.throws(() => locks.lockMachine('shop-merge', 'start'), { code: 'OPERATION_INTERRUPTED' })
  operations.takeOver('merge-1')
  t.end()
})

t.test('an operation that its own process gave up may be taken over', async (t) => {
  using store = openStore({ path: join(t.testdir(), 'store.db') })
  const { locks, operations } = store
  operations.begin({ id: 'one', kind: 'merge', machine: 'shop', plan: null })
  locks.lockMachine('shop', 'one')
  t.throws(() => operations.takeOver('one'), { code: 'OPERATION_RUNNING' })
  operations.abandon('one')
  operations.abandon('one')
  const { owner } = operations.get('one')
  t.equal(owner.pid, process.pid)
  t.notOk(isAlive(owner))
  t.throws(() => locks.lockMachine('shop', 'two'), { code: 'OPERATION_INTERRUPTED' }, 'it is still held')
  t.ok(isAlive(operations.takeOver('one').owner))
  operations.finish('one', { state: 'undone' })
  operations.abandon('one')
  t.equal(operations.get('one').state, 'undone')
  t.equal(locks.holder('shop'), undefined)
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
