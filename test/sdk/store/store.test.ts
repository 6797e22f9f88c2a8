import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { z } from 'zod'
import { FailedError, UnavailableError } from '../../../proto/errors.ts'
import { openStore } from '../../../sdk/store/store.ts'
import { machineRecord } from './machine-record.ts'

function storePath(t: Test): string {
  return join(t.testdir(), 'home', 'store.db')
}

t.test('what one store wrote, the next one reads', async (t) => {
  const path = storePath(t)
  const shop = machineRecord()
  {
    using store = openStore({ path })
    store.machines.insert(shop)
    store.facts.set('accelerator', { kind: 'tcg' })
  }
  using store = openStore({ path })
  t.strictSame(store.machines.list(), [shop])
  t.strictSame(store.facts.get('accelerator', z.object({ kind: z.string() })), { kind: 'tcg' })
  t.equal(store.facts.get('accelerator', z.number()), undefined, 'of another shape')
  t.equal(store.facts.get('other', z.number()), undefined)
  t.equal(statSync(path).mode & 0o777, 0o600)
})

t.test('machines', async (t) => {
  using store = openStore({ path: storePath(t) })
  const { machines } = store
  machines.insert(machineRecord({ name: 'b' }))
  machines.insert(machineRecord({ name: 'a', parent: 'b' }))
  t.strictSame(
    machines.list().map(({ name }) => name),
    ['a', 'b'],
  )
  t.throws(() => machines.insert(machineRecord({ name: 'a', tap: 'other' })), { code: 'MACHINE_EXISTS' })

  t.equal(machines.update('a', { state: 'running' }).state, 'running')
  t.strictSame(machines.get('a'), machineRecord({ name: 'a', parent: 'b', state: 'running' }))
  t.throws(() => machines.update('c', { state: 'running' }), { code: 'MACHINE_NOT_FOUND' })
  t.throws(() => machines.update('a', { tap: 'a b' }), { code: 'BAD_RECORD' })
  t.equal(machines.get('a').tap, 'tap-a', 'a refused change leaves the record')

  machines.delete('a')
  machines.delete('a')
  t.equal(machines.find('a'), undefined)
  t.throws(() => machines.get('a'), { code: 'MACHINE_NOT_FOUND' })
})

t.test('how a machine is connected: records without a word of it are on a bridge', async (t) => {
  using store = openStore({ path: storePath(t) })
  const forward = { hostPort: 8080, guestAddress: '10.0.2.15', guestPort: 80 }
  const user = machineRecord({ name: 'user', userNetwork: { forwards: [forward] } })
  store.machines.insert(user)
  store.machines.insert(machineRecord({ name: 'old' }))
  t.strictSame(store.machines.get('user'), user)
  t.equal(store.machines.get('old').userNetwork, undefined)
  for (const wrong of [{ hostPort: 0 }, { guestPort: 65_536 }, { guestAddress: '1.2.3.4,x' }]) {
    const userNetwork = { forwards: [{ ...forward, ...wrong }] }
    t.throws(() => store.machines.update('old', { userNetwork }), { code: 'BAD_RECORD' })
  }
})

t.test('a twin of a machine has a tap of its own, until it takes over', async (t) => {
  using store = openStore({ path: storePath(t) })
  const { machines } = store
  const before = machineRecord({ name: 'a', tap: 'cleave1', memory: 'private' })
  machines.insert(before)
  machines.insert(machineRecord({ name: 'b', tap: 'cleave2' }))
  const place = { runtime: '/var/lib/cleave/machines/a/twin', memoryFile: '/dev/shm/cleave-test/a.ram' }
  const fields = { ...place, memory: 'shared', tap: 'cleave3' } as const
  t.strictSame(machines.reserveTwin('a', place), { ...before, ...fields })
  t.strictSame(machines.get('a'), { ...before, twin: fields })
  t.equal(machines.reserveTwin('b', { ...place, runtime: '/var/lib/cleave/machines/b/twin' }).tap, 'cleave4')
  machines.update('a', { ...fields, twin: undefined })
  t.strictSame(machines.get('a'), { ...before, ...fields })
  t.throws(() => machines.reserveTwin('c', place), { code: 'MACHINE_NOT_FOUND' })
})

t.test('a transaction is kept as a whole or not at all', async (t) => {
  using store = openStore({ path: storePath(t) })
  const failure = new Error('no')
  t.throws(
    () =>
      store.atomically(() => {
        store.machines.insert(machineRecord({ name: 'a' }))
        store.atomically(() => store.machines.insert(machineRecord({ name: 'b' })))
        throw failure
      }),
    failure,
  )
  t.strictSame(store.machines.list(), [])
  t.equal(
    store.atomically(() => 7),
    7,
  )
})

t.test('what is rehearsed is seen by the rehearsal alone', async (t) => {
  using store = openStore({ path: storePath(t) })
  const insert = () => {
    store.atomically(() => store.machines.insert(machineRecord({ name: 'a' })))
    return store.machines.list().map(({ name }) => name)
  }
  t.same(store.rehearse(insert), ['a'])
  t.same(store.machines.list(), [])
  store.atomically(insert)
  t.throws(() => store.rehearse(insert), { code: 'MACHINE_EXISTS' })
  t.equal(store.machines.list().length, 1)
})

t.test('operations and their journal', async (t) => {
  using store = openStore({ path: storePath(t) })
  const { operations, journal } = store
  const plan = { children: ['a', 'b'] }
  const operation = operations.begin({ id: 'one', kind: 'split', machine: 'shop', plan })
  t.match(operations.get('one'), { state: 'running', owner: { pid: process.pid }, plan })
  t.strictSame(operations.running(), [operation])

  journal.append({ operation: 'one', position: 0, step: 'prepare', state: 'begun' })
  journal.append({ operation: 'one', position: 0, step: 'prepare', state: 'done' })
  const states = journal.list('one').map(({ position, state }) => [position, state])
  t.strictSame(states, [
    [0, 'begun'],
    [0, 'done'],
  ])
  t.strictSame(journal.list('two'), [])
  const unknown = { operation: 'two', position: 0, step: 'prepare', state: 'begun' } as const
  t.throws(() => journal.append(unknown), /FOREIGN KEY/)

  const message = 'x'.repeat(10_000)
  t.match(operations.finish('one', { state: 'undone', error: { code: 'BAD', message } }), {
    state: 'undone',
    error: { code: 'BAD', message: 'x'.repeat(2000) },
  })
  t.strictSame(operations.running(), [])
  t.equal(operations.list().length, 1)
  t.throws(() => operations.takeOver('one'), { code: 'OPERATION_ENDED' })
  t.throws(() => operations.finish('two', { state: 'done' }), { code: 'OPERATION_NOT_FOUND' })
})

t.test('a file that is not ours', async (t) => {
  const path = join(t.testdir(), 'store.db')
  writeFileSync(path, 'not a database, but long enough to be looked at'.repeat(100))
  t.throws(() => openStore({ path }), { code: 'STORE_UNREADABLE' })
  t.throws(() => openStore({ path: join(t.testdirName, 'store.db', 'x') }), FailedError)
})

t.test('a file of a later version', async (t) => {
  const path = storePath(t)
  openStore({ path }).close()
  const database = new DatabaseSync(path)
  database.exec('PRAGMA user_version = 1000')
  database.close()
  t.throws(() => openStore({ path }), { code: 'STORE_TOO_NEW' })
  t.throws(() => openStore({ path }), UnavailableError)
})

t.test('a damaged entry is named', async (t) => {
  const path = storePath(t)
  using store = openStore({ path })
  store.machines.insert(machineRecord())
  const database = new DatabaseSync(path)
  database.exec(`UPDATE machines SET record = json_set(record, '$.tap', '; reboot')`)
  database.close()
  t.throws(() => store.machines.get('shop'), { code: 'STORE_DAMAGED', message: /machine shop.*tap/ })
})

t.test('routes: numbers go upwards, also after the route is gone', async (t) => {
  using store = openStore({ path: storePath(t) })
  const { routes } = store
  t.equal(routes.find('shop.http'), undefined)
  const first = routes.nextNumber('shop.http')
  t.ok(first >= 1_700_000_000_000, 'above those of a store that was lost')
  t.equal(routes.nextNumber('shop.http'), Math.max(first + 1, routes.find('shop.http')?.number ?? 0))
  const backends = [{ address: '10.77.0.80', port: 80, machine: 'front' }]
  routes.note('shop.http', { backends, heldBy: 'split-1' })
  const held = routes.list()
  t.match(held, [{ name: 'shop.http', backends, heldBy: 'split-1' }])
  routes.note('shop.http', { heldBy: undefined, backends: [] })
  t.equal(routes.find('shop.http')?.heldBy, undefined)
  t.equal(routes.find('shop.http')?.number, held[0]?.number)
  t.throws(() => routes.note('Shop', {}), { code: 'BAD_RECORD' })
  t.throws(() => routes.note('shop', { backends: [{ address: 'a', port: 80, machine: 'm' }] }), {
    code: 'BAD_RECORD',
  })
})
