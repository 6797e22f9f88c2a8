/** What a merge is to change is in the store before it is changed. */
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { writePrepared } from '../../../../sdk/operation/merge/prepared.ts'
import type { MergePlan } from '../../../../sdk/planning/merge-plan.ts'
import type { AttachedDisk } from '../../../../sdk/store/records.ts'
import { openStore } from '../../../../sdk/store/store.ts'
import { machineRecord } from '../../store/machine-record.ts'

const attached = (name: string, unit: number): AttachedDisk => ({ name, unit, image: `/images/${name}` })
const plan = (disks: string[]): MergePlan => ({
  destination: 'front',
  sources: [{ name: 'post', groups: ['mail'], disks, joined: [], ending: [], left: [], ends: true }],
  resources: { cpusBefore: 1, cpusAfter: 1, memoryMiBBefore: 512, memoryMiBAfter: 512 },
})

function storeOf(t: Test) {
  const store = openStore({ path: join(t.testdir(), 'store.db') })
  t.teardown(() => store.close())
  return store
}

t.test('disks get places that are free in the destination', async (t) => {
  const destination = machineRecord({ name: 'front', disks: [attached('goods', 0), attached('orders', 2)] })
  const source = machineRecord({
    name: 'post',
    disks: [attached('letters', 0), attached('other', 1), attached('drafts', 5)],
  })
  const store = storeOf(t)
  const prepared = writePrepared(store, {
    id: 'merge-1',
    plan: plan(['letters', 'drafts']),
    destination,
    sources: [source],
    freeDisks: false,
    routes: [],
  })
  t.same(
    prepared.disks.map(({ source, from, to }) => [source, from.name, from.unit, to.unit]),
    [
      ['post', 'letters', 0, 1],
      ['post', 'drafts', 5, 3],
    ],
  )
  t.match(store.operations.get('merge-1'), { kind: 'merge', state: 'running', plan: prepared })
})

t.test('a destination without a free place is refused before anything is changed', async (t) => {
  const full = Array.from({ length: 254 }, (_, unit) => attached(`disk-${unit}`, unit))
  const destination = machineRecord({ name: 'front', disks: full })
  const source = machineRecord({ name: 'post', disks: [attached('letters', 0), attached('drafts', 1)] })
  const store = storeOf(t)
  const merge = { id: 'merge-1', destination, sources: [source], freeDisks: false, routes: [] }
  t.throws(() => writePrepared(store, { ...merge, plan: plan(['letters', 'drafts']) }), {
    code: 'NO_SLOT',
    message: /front has room for 1 more disks, and 2 would come/,
  })
  t.same(store.operations.list(), [])
})
