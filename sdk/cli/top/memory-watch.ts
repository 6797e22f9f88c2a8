/** The memory of one machine, from round to round. */
import type { Cleave } from '../../cleave.ts'
import type { MemoryUsage } from '../../hypervisor/usage.ts'
import type { MachineRecord } from '../../store/records.ts'
import { nextLook } from './pace.ts'

/** The kernel walks all pages of the process, 20 ms for each gigabyte, and holds up what changes its mappings meanwhile. */
const pace = { share: 1 / 50, longestMs: 60_000 }

export interface MemoryWatch {
  /** What was seen last: not necessarily just now. */
  last(): MemoryUsage | null
  look(machine: MachineRecord): Promise<MemoryUsage | null>
}

export function createMemoryWatch({ hypervisor }: Pick<Cleave, 'hypervisor'>): MemoryWatch {
  let memory: MemoryUsage | null = null
  let due = 0
  return {
    last: () => memory,
    look: async (machine) => {
      const at = performance.now()
      if (at < due) return memory
      memory = (await hypervisor.usage(machine)).memory
      due = nextLook(pace, { at, tookMs: performance.now() - at })
      return memory
    },
  }
}
