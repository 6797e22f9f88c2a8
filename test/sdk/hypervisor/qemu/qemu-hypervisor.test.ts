import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createQemuHypervisor } from '../../../../sdk/hypervisor/qemu/qemu-hypervisor.ts'
import { mayUse } from '../../../../sdk/hypervisor/qemu/rights.ts'
import { openStore } from '../../../../sdk/store/store.ts'
import { machineRecord } from '../../store/machine-record.ts'

function driver(t: Test) {
  const home = t.testdir()
  const store = openStore({ path: join(home, 'store.db') })
  t.teardown(() => store.close())
  const directory = join(home, 'machines', 'shop')
  const machine = machineRecord({ directory, memoryFile: join(home, 'shop.ram'), tap: 'cleave-none' })
  return { hypervisor: createQemuHypervisor({ home, store }), store, machine }
}

t.test('a machine that never ran', async (t) => {
  const { hypervisor, machine } = driver(t)
  t.equal(await hypervisor.status(machine), 'absent')
  await hypervisor.end(machine)
  await hypervisor.end(machine)
  t.equal(await hypervisor.shutdown(machine, { graceMs: 1000 }), 'ended')
  await t.rejects(hypervisor.resume(machine), { code: 'QMP_CLOSED' })
  await t.rejects(hypervisor.connect(machine), { code: 'QMP_CLOSED' })
  await hypervisor.deleteDisk(machine)
})

t.test('each machine has places of its own', async (t) => {
  const { hypervisor, machine } = driver(t)
  t.match(hypervisor.memoryFile('shop'), /^\/dev\/shm\/cleave-[0-9a-f]{12}\/shop\.ram$/)
  t.equal(hypervisor.agentSocket(machine), join(machine.directory, 'agent.sock'))
  t.equal(hypervisor.consoleSocket(machine), join(machine.directory, 'console.sock'))
})

t.test('whether KVM works is not guessed', async (t) => {
  const { hypervisor } = driver(t)
  if (!(await mayUse('/dev/kvm'))) t.equal(await hypervisor.accelerator(), 'tcg')
  else await t.rejects(hypervisor.accelerator(), { name: 'UnavailableError', code: 'NO_PROBE_KERNEL' })
})

t.test('a machine on private memory is no parent', async (t) => {
  const { hypervisor, machine } = driver(t)
  const child = machineRecord({ name: 'child', memory: 'private', memoryFile: machine.memoryFile })
  const parent = { ...machine, memory: 'private' } as const
  await t.rejects(hypervisor.spawnChild(parent, child), { name: 'RefusedError', code: 'MEMORY_PRIVATE' })
  await t.rejects(hypervisor.boot(parent), { code: 'BAD_RECORD' })
})
