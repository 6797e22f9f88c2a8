/** What a group came without is kept with the operation, whoever carries the step out. */
import { join } from 'node:path'
import t from 'tap'
import type { MergeContext } from '../../../../sdk/operation/merge/context.ts'
import { take } from '../../../../sdk/operation/merge/take.ts'
import { openStore } from '../../../../sdk/store/store.ts'
import { machineRecord } from '../../store/machine-record.ts'

t.test('a group that did not run and came without its disk is in the record', async (t) => {
  using store = openStore({ path: join(t.testdir(), 'store.db') })
  const destination = machineRecord({ name: 'front' })
  store.machines.insert(destination)
  store.operations.begin({ id: 'merge-1', kind: 'merge', machine: 'front', plan: {} })
  const disks = [
    { group: 'shop', mountPoint: '/srv/goods', detail: '' },
    { group: 'mail', mountPoint: '', detail: 'no such disk' },
  ]
  const context = {
    store,
    prepared: {
      operation: 'merge-1',
      destination,
      plan: { sources: [{ name: 'post', groups: ['shop', 'mail'] }] },
    },
    agents: { of: async () => ({ takeGroups: async () => ({ groups: [], disks }) }) },
    findings: { yielded: new Map() },
  } as unknown as MergeContext
  await take.run(context)
  const lacking = [{ machine: 'front', group: 'mail', unit: '', reason: 'no such disk' }]
  t.same(store.operations.get('merge-1').failures, lacking)
})
