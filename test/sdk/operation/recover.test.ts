import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { Ports } from '../../../sdk/machine/ports.ts'
import { recoverOperations } from '../../../sdk/operation/recover.ts'
import { openStore } from '../../../sdk/store/store.ts'
import { machineRecord } from '../store/machine-record.ts'

/** Resizes of machines that nobody is at work on any more. */
function interrupted(t: Test, ...machines: string[]) {
  const store = openStore({ path: join(t.testdir(), 'store.db') })
  t.teardown(() => store.close())
  for (const [index, name] of machines.entries()) {
    const id = `resize-${index}`
    const machine = machineRecord({ name })
    store.operations.begin({ id, kind: 'resize', machine: name, plan: { operation: id, machine } })
    store.operations.abandon(id)
  }
  return { store, ports: { store, hypervisor: {} } as unknown as Ports }
}

t.test('each operation is recovered once, also by two calls at once', async (t) => {
  const { ports } = interrupted(t, 'front', 'post', 'shop')
  const recovered = (await Promise.all([recoverOperations(ports), recoverOperations(ports)])).flat()
  t.same(recovered.map(({ operation, outcome }) => `${operation} ${outcome}`).sort(), [
    'resize-0 undone',
    'resize-1 undone',
    'resize-2 undone',
  ])
})

t.test('what a part has left is put right before the whole goes on', async (t) => {
  const { store, ports } = interrupted(t, 'front', 'post')
  await delay(2)
  // Nothing can be done with it.
  store.operations.begin({ id: 'part', kind: 'resize', machine: 'front', plan: null })
  store.operations.abandon('part')
  const recovered = await recoverOperations(ports)
  t.match(recovered.map(({ operation, outcome }) => `${operation} ${outcome}`).sort(), [
    'part failed',
    'resize-1 undone',
  ])
  t.equal(store.operations.get('resize-0').state, 'running')
})

t.test('the whole waits while somebody is at work on a part of it', async (t) => {
  const { store, ports } = interrupted(t, 'front')
  await delay(2)
  store.operations.begin({ id: 'part', kind: 'resize', machine: 'front', plan: null })
  t.same(await recoverOperations(ports), [])
  t.equal(store.operations.get('resize-0').state, 'running')
})
