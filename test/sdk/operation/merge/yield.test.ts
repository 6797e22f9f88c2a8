/** Groups that go back to where they came from. */
import { join } from 'node:path'
import t from 'tap'
import type { TakeGroupsRequest } from '../../../../proto/generated/messages.ts'
import type { MergeContext } from '../../../../sdk/operation/merge/context.ts'
import { yieldStep } from '../../../../sdk/operation/merge/yield.ts'
import { openStore } from '../../../../sdk/store/store.ts'
import { machineRecord } from '../../store/machine-record.ts'

t.test('units that start no more where they came from keep nothing from being taken back', async (t) => {
  using store = openStore({ path: join(t.testdir(), 'store.db') })
  store.machines.insert(machineRecord({ name: 'post', state: 'running' }))
  const machine = store.machines.get('post')
  store.operations.begin({ id: 'merge-1', kind: 'merge', machine: 'front', plan: {} })
  const asked: TakeGroupsRequest[] = []
  const agent = {
    takeGroups: async (request: TakeGroupsRequest) => {
      asked.push(request)
      return { failures: [{ group: 'mail', unit: 'mail.service', reason: 'it is failed (exit-code)' }] }
    },
  }
  const context = {
    prepared: {
      operation: 'merge-1',
      plan: { sources: [{ name: 'post', groups: ['mail'], joined: ['stats'], ending: ['odd'] }] },
      sources: [machine],
    },
    findings: { yielded: new Map(), left: [] },
    ports: { hypervisor: { status: async () => 'running' } },
    store,
    agents: { of: async () => agent },
  } as unknown as MergeContext
  t.same(yieldStep.lacks?.(context), [])
  await yieldStep.undo?.(context)
  t.same(
    asked.map(({ groups }) => groups.map(({ group }) => group)),
    [['mail', 'stats']],
  )
  t.same(yieldStep.lacks?.(context), ['mail.service of mail did not start in post: it is failed (exit-code)'])
  t.match(store.operations.get('merge-1').failures, [{ machine: 'post', unit: 'mail.service' }])
})
