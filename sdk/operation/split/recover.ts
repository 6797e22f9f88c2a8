import type { Ports } from '../../machine/ports.ts'
import { recoverWork } from '../carry-out.ts'
import { type PreparedSplit, splitAgents, splitContext } from './context.ts'
import { splitSteps } from './steps.ts'

/** Finishes or takes back a split whose own process has ended. Throws as {@link recoverWork} does. */
export async function recoverSplit(ports: Ports, id: string): Promise<'finished' | 'undone'> {
  return await recoverWork(ports, id, (prepared: PreparedSplit) => {
    const agents = splitAgents(ports)
    const context = splitContext(ports, prepared, agents)
    return { steps: splitSteps(prepared), context, resources: [agents, context.adopters, context.routing] }
  })
}
