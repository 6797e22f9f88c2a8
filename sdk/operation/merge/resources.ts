import { CleaveError } from '../../../proto/errors.ts'
import { resizeTo } from '../resize/resize-to.ts'
import type { WorkStep } from '../steps.ts'
import type { MergeContext } from './context.ts'

/**
 * Gives the destination the processors and the memory of the machines that ended. The groups are there, and the sources gone: what the
 * host or the guest can't give then, such as memory that sources had shared, is told, and holds nothing up.
 */
export const resources: WorkStep<MergeContext> = {
  name: 'resources',
  commits: false,
  async run({ prepared: { plan }, ports, agents, findings }) {
    const { cpusBefore, cpusAfter, memoryMiBBefore, memoryMiBAfter } = plan.resources
    if (cpusAfter === cpusBefore && memoryMiBAfter === memoryMiBBefore) return
    const begunAt = performance.now()
    const wish = { machine: plan.destination, cpus: cpusAfter, memoryMiB: memoryMiBAfter }
    try {
      await resizeTo(ports, agents, wish)
      findings.resourcesMs = performance.now() - begunAt
    } catch (error) {
      // It is to be taken back before anything else is resized.
      if (!(error instanceof CleaveError) || error.code === 'OPERATION_NOT_UNDONE') throw error
      findings.resourcesFailure = `${error.message}. ${error.remedy}`
    }
  },
}
