import { resizeTo } from '../resize/resize-to.ts'
import type { WorkStep } from '../steps.ts'
import type { MergeContext } from './context.ts'

/** Gives the destination the processors and the memory of the machines that ended. */
export const resources: WorkStep<MergeContext> = {
  name: 'resources',
  commits: false,
  async run({ prepared: { plan }, ports, agents, findings }) {
    const { cpusBefore, cpusAfter, memoryMiBBefore, memoryMiBAfter } = plan.resources
    if (cpusAfter === cpusBefore && memoryMiBAfter === memoryMiBBefore) return
    const begunAt = performance.now()
    await resizeTo(ports, agents, {
      machine: plan.destination,
      cpus: cpusAfter,
      memoryMiB: memoryMiBAfter,
    })
    findings.resourcesMs = performance.now() - begunAt
  },
}
