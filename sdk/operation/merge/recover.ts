import type { Ports } from '../../machine/ports.ts'
import { recoverWork } from '../carry-out.ts'
import { mergeAgents, mergeContext, type PreparedMerge } from './context.ts'
import { mergeSteps } from './steps.ts'

/** Finishes or takes back a merge whose own process has ended. Throws as {@link recoverWork} does. */
export async function recoverMerge(ports: Ports, id: string): Promise<'finished' | 'undone'> {
  return await recoverWork(ports, id, (prepared: PreparedMerge) => {
    const agents = mergeAgents(ports)
    const context = mergeContext(ports, prepared, agents)
    return { steps: mergeSteps(prepared), context, resources: [agents, context.routing] }
  })
}
