import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { openStoreFile } from '../../dns/store/open.ts'
import { createStore } from '../../dns/store/store.ts'
import type { RecordSet } from '../../dns/zone/zone.ts'
import { anyRecord } from '../proto/dns/arbitrary.ts'
import { route } from '../proto/routing/sample-routes.ts'

t.test('what is kept comes back, and one server has it', async (t) => {
  const path = join(t.testdir(), 'folder', 'store.sqlite')
  const first = await openStoreFile(path)
  const store = createStore(first.database)
  const sets: RecordSet[] = fc
    .sample(anyRecord, { numRuns: 20, seed: 3 })
    .map(({ type, ttl, data }, index) => ({
      name: `n${index}.`,
      type,
      ttl,
      data: [data, Buffer.alloc(300, index)],
    }))
  const changes = sets.map((set) => ({ name: set.name, sets: [set] }))
  const entry = (name: string, number: number) =>
    ({ name, number, last: 'put', route: route(name, { number }) }) as const
  store.keep({
    zones: [{ origin: '.', changes, file: 'hash' }],
    route: { entry: entry('shop', 1), forgotten: [] },
  })
  store.keep({
    zones: [],
    route: { entry: { name: 'old', number: 3, last: 'delete', route: null }, forgotten: [] },
  })
  store.keep({
    zones: [{ origin: '.', changes: [{ name: 'n3.', sets: undefined }] }],
    route: { entry: entry('shop', 2), forgotten: ['old'] },
  })
  store.keepFileMemory({ shop: 'x' })
  t.throws(
    () =>
      store.keep({
        zones: [
          {
            origin: '.',
            changes: [
              { name: 'n4.', sets: undefined },
              { name: 'n5.', sets: [sets[5], sets[5]] as never },
            ],
          },
        ],
      }),
    'a change that fails',
  )

  await t.rejects(openStoreFile(path), { code: 'STORE_TAKEN' })
  first.close()
  const second = await openStoreFile(path)
  t.teardown(second.close)
  const again = createStore(second.database)
  const zone = again.zone('.')
  t.equal(zone?.file, 'hash')
  t.same(
    zone?.sets.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    sets.filter(({ name }) => name !== 'n3.').toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  )
  t.same(again.routes(), [entry('shop', 2)])
  t.same(again.fileMemory(), { shop: 'x' })
  t.equal(again.zone('other.'), undefined)
})
