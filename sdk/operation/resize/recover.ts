import type { Ports } from '../../machine/ports.ts'
import { recoverWork } from '../carry-out.ts'
import { type PreparedResize, resizeAgents, resizeContext } from './context.ts'
import { resizeSteps } from './steps.ts'

/** Takes back a resize whose own process has ended, or notes that it was done. Throws as {@link recoverWork} does. */
export async function recoverResize(ports: Ports, id: string): Promise<'finished' | 'undone'> {
  return await recoverWork(ports, id, (prepared: PreparedResize) => {
    const agents = resizeAgents(ports)
    return {
      steps: resizeSteps(prepared),
      context: resizeContext(ports, prepared, agents),
      resources: [agents],
    }
  })
}
