import { join } from 'node:path'
import t from 'tap'
import { FailedError } from '../../../../proto/errors.ts'
import type { MergeContext } from '../../../../sdk/operation/merge/context.ts'
import { resources } from '../../../../sdk/operation/merge/resources.ts'
import { openStore } from '../../../../sdk/store/store.ts'
import { machineRecord } from '../../store/machine-record.ts'

t.test('what can not be had once the sources are gone is told, and leaves no merge unfinished', async (t) => {
  using store = openStore({ path: join(t.testdir(), 'store.db') })
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

t.test('what could not be taken back is put right before the merge goes on', async (t) => {
  using store = openStore({ path: join(t.testdir(), 'store.db') })
  const plan = {
    destination: 'front',
    resources: { cpusBefore: 1, cpusAfter: 2, memoryMiBBefore: 512, memoryMiBAfter: 512 },
  }
  const findings: MergeContext['findings'] = { yielded: new Map(), left: [] }
  const code = 'OPERATION_NOT_UNDONE'
  const status = async () => {
    throw new FailedError({ code, message: 'it could not be taken back', remedy: 'Try again.' })
  }
  store.machines.insert(machineRecord({ name: 'front', state: 'running' }))
  const context = { prepared: { plan }, ports: { store, hypervisor: { status } }, findings }
  await t.rejects(resources.run(context as unknown as MergeContext), { code })
  t.equal(findings.resourcesFailure, undefined)
})
