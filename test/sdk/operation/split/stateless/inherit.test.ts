/** What did not start in a child is kept with the operation, whoever carries the step out. */
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { toFailureRecords } from '../../../../../sdk/operation/failure-records.ts'
import type { SplitContext } from '../../../../../sdk/operation/split/context.ts'
import { inherit } from '../../../../../sdk/operation/split/stateless/inherit.ts'
import { openStore } from '../../../../../sdk/store/store.ts'
import { machineRecord } from '../../../store/machine-record.ts'

const failed = { group: 'shop', unit: 'shop.service', reason: 'no disk' }

t.test('failures are in the record, once, also when the step is done again', async (t) => {
  using store = openStore({ path: join(t.testdir(), 'store.db') })
  store.operations.begin({ id: 'split-1', kind: 'split', machine: 'vm', plan: {} })
  const children = [machineRecord({ name: 'front' }), machineRecord({ name: 'back' })]
  const failuresOf = new Map([['back', [failed]]])
  const context = {
    store,
    prepared: { operation: 'split-1', children, plan: { children: [] } },
    agents: {
      of: async ({ name }: { name: string }) => ({
        inherit: async () => ({ groups: [], failures: failuresOf.get(name) ?? [], identity: [] }),
      }),
    },
    hypervisor: { connect: async () => {} },
    findings: { inherited: new Map(), told: new Map(), tells: false },
  } as unknown as SplitContext
  await inherit.run(context)
  await inherit.run(context)
  t.same(store.operations.get('split-1').failures, [{ machine: 'back', ...failed }])
  failuresOf.delete('back')
  await inherit.run(context)
  t.same(store.operations.get('split-1').failures, [])
})

t.test('whatever a guest answers can be kept, and only so much of it', async (t) => {
  using store = openStore({ path: join(t.testdir(), 'store.db') })
  store.operations.begin({ id: 'split-1', kind: 'split', machine: 'vm', plan: {} })
  store.operations.setFailures('split-1', 'front', [])
  t.equal(store.operations.get('split-1').failures, undefined)
  const text = fc.string({ unit: 'binary', maxLength: 6000, size: 'max' })
  fc.assert(
    fc.property(fc.record({ group: text, unit: text, reason: text }), (given) => {
      store.operations.setFailures('split-1', 'front', toFailureRecords('front', [given]))
      return store.operations.get('split-1').failures?.length === 1
    }),
    { numRuns: 8 },
  )
  t.equal(toFailureRecords('front', Array(2000).fill(failed)).length, 100)
  t.throws(() => store.operations.setFailures('split-2', 'front', []), { code: 'OPERATION_NOT_FOUND' })
})
