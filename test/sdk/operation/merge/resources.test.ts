import t from 'tap'
import type { MergeContext } from '../../../../sdk/operation/merge/context.ts'
import { resources } from '../../../../sdk/operation/merge/resources.ts'
import { openStore } from '../../../../sdk/store/store.ts'
import { machineRecord } from '../../store/machine-record.ts'

t.test('what can not be had once the sources are gone is told, and leaves no merge unfinished', async (t) => {
  using store = openStore({ path: ':memory:' })
  store.machines.insert(machineRecord({ name: 'front', state: 'running' }))
  const plan = {
    destination: 'front',
    resources: { cpusBefore: 1, cpusAfter: 2, memoryMiBBefore: 512, memoryMiBAfter: 1024 },
  }
  const findings: MergeContext['findings'] = { yielded: new Map(), left: [] }
  const ports = { store, hypervisor: { status: async () => 'paused' } }
  await resources.run({ prepared: { plan }, ports, findings } as unknown as MergeContext)
  t.match(findings.resourcesFailure, /^front is paused.*See what it does: cleave vm show front/s)
  t.equal(findings.resourcesMs, undefined)
})
