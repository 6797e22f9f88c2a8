import type { MachineRecord } from '../store/records.ts'
import type { Ports } from './ports.ts'

/**
 * Boots a machine from its disk, with memory of its own also when it was a child that shared its parent's. What was plugged in
 * is there from the start.
 */
export async function bootMachine(
  { store, hypervisor }: Pick<Ports, 'store' | 'hypervisor'>,
  name: string,
): Promise<MachineRecord> {
  const booting = store.machines.update(name, {
    memory: 'shared',
    memoryFile: hypervisor.memoryFile(name),
    state: 'running',
    plugged: undefined,
  })
  try {
    await hypervisor.boot(booting)
  } catch (error) {
    store.machines.update(name, { state: 'stopped' })
    throw error
  }
  return booting
}
