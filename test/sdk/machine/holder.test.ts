import { join } from 'node:path'
import t from 'tap'
import { holderOf } from '../../../sdk/machine/holder.ts'
import { openStore } from '../../../sdk/store/store.ts'

t.test('who works on a machine works on the children that it makes', async (t) => {
  using store = openStore({ path: join(t.testdir(), 'store.db') })
  const child = { name: 'front', parent: 'whole' }
  t.equal(holderOf(store, child), undefined)
  using _lock = store.locks.lockMachine('whole', 'split-1')
  t.match(holderOf(store, child), { operation: 'split-1', owner: { pid: process.pid } })
  t.match(holderOf(store, { name: 'whole' }), { operation: 'split-1' })
  t.equal(holderOf(store, { name: 'other' }), undefined)
  t.equal(holderOf(store, { name: 'front-2', parent: 'front' }), undefined, 'nor on what is theirs')
})
