import { UnansweredError, UnavailableError } from '../../proto/errors.ts'
import { askResources } from '../guest/ask-resources.ts'
import type { PluggedMemory } from '../store/records.ts'
import { withAgent } from './agent.ts'
import type { Ports } from './ports.ts'

/** Processors and memory of a machine. */
export interface MachineResources {
  cpus: number
  memoryMiB: number
  /** The most processors that it can have while it runs. */
  mostCpus: number
  /** Memory that was plugged in since its boot. */
  pluggedMiB: number
  /** As its kernel counts; null of a machine that does not run, and when its agent can't say. */
  guest: {
    processors: number
    processorsPresent: number
    memoryBytes: number
    memoryPresentBytes: number
    /** The smallest step in which its memory can change. */
    memoryBlockBytes: number
  } | null
}

/**
 * @throws NotFoundError `MACHINE_NOT_FOUND`
 * @throws BusyError `MACHINE_BUSY`
 */
export async function machineResources(ports: Ports, name: string): Promise<MachineResources> {
  const { store, hypervisor } = ports
  const machine = store.machines.get(name)
  const { cpus, memoryMiB, plugged } = machine
  const isRunning = (await hypervisor.status(machine)) === 'running'
  return {
    cpus,
    memoryMiB,
    mostCpus: await hypervisor.mostCpus(machine),
    pluggedMiB: isRunning ? sumOf(plugged?.memory ?? []) : 0,
    guest: isRunning ? await guestResources(ports, name) : null,
  }
}

function sumOf(memory: readonly PluggedMemory[]): number {
  return memory.reduce((sum, { sizeMiB }) => sum + sizeMiB, 0)
}

async function guestResources(ports: Ports, name: string): Promise<MachineResources['guest']> {
  try {
    return await withAgent(ports, name, async (agent) => {
      const { milliseconds: _, resting: __, ...guest } = await askResources(agent, name)
      return guest
    })
  } catch (error) {
    if (error instanceof UnansweredError || error instanceof UnavailableError) return null
    throw error
  }
}
