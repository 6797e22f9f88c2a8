import { join } from 'node:path'
import t from 'tap'
import type { Hypervisor } from '../../../sdk/hypervisor/hypervisor.ts'
import type { Ports } from '../../../sdk/machine/ports.ts'
import { carryOut, recoverWork } from '../../../sdk/operation/carry-out.ts'
import type { Step } from '../../../sdk/operation/steps.ts'
import { isAlive } from '../../../sdk/store/process-handle.ts'
import { openStore } from '../../../sdk/store/store.ts'

const id = 'merge-00000000'

t.test('what a process that lives on could not take back, it can recover itself', async (t) => {
  const home = t.testdir()
  using store = openStore({ path: join(home, 'store.db') })
  const settings = { home, bridge: 'cleave-none', bridgeAddress: '10.99.0.1/24' }
  const ports: Ports = { store, settings, hypervisor: {} as Hypervisor }
  const world = { diskIsBack: false }
  const steps: Step<typeof world>[] = [
    {
      name: 'yield',
      commits: false,
      run: async () => {
        throw new Error('the disk went away')
      },
      undo: async ({ diskIsBack }) => {
        if (!diskIsBack) throw new Error('the disk is still away')
      },
    },
    { name: 'commit', commits: true, change: () => {} },
  ]
  const work = { steps, context: world, resources: [] }
  store.operations.begin({ id, kind: 'merge', machine: 'shop', plan: {} })
  store.locks.lockMachine('shop', id)
  const operation = carryOut(ports, { id, kind: 'merge', ...work, result: () => undefined })
  await t.rejects(operation.wait(), { code: 'OPERATION_NOT_UNDONE' })
  t.match(store.operations.get(id), { state: 'running' })
  t.notOk(isAlive(store.operations.get(id).owner), 'nobody is at work on it')

  await t.rejects(
    recoverWork(ports, id, () => work),
    { code: 'OPERATION_NOT_UNDONE' },
  )
  t.notOk(isAlive(store.operations.get(id).owner), 'nor after an attempt that failed')
  world.diskIsBack = true
  t.equal(await recoverWork(ports, id, () => work), 'undone')
  t.equal(store.locks.holder('shop'), undefined)
})
