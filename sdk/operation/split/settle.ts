import { setTimeout as delay } from 'node:timers/promises'
import { drawEntropy } from '../../machine/identity.ts'
import type { WorkStep } from '../steps.ts'
import { tellChildren } from './ask.ts'
import type { SplitContext } from './context.ts'
import { unlessRebooted } from './rebooted.ts'

/** Clients that waited are answered first: settling takes the processors, and has time. */
const answeringMs = 1000

/**
 * Tells who wants to know that its group goes on; ends foreign groups, which are frozen, and does the parts of an identity
 * that no running group waits for.
 */
export const settle: WorkStep<SplitContext> = {
  name: 'settle',
  commits: false,
  async run(context) {
    // Another process has to ask first what the agents can do, and they are quick to answer only when they have settled.
    if (context.findings.tells === undefined) {
      await settleChildren(context)
      await tellChildren(context)
      return
    }
    const works = [tellChildren(context), settleChildren(context)]
    await Promise.allSettled(works)
    await Promise.all(works)
  },
}

async function settleChildren({ prepared, agents, adopters, findings }: SplitContext): Promise<void> {
  const { operation, children } = prepared
  await delay(answeringMs)
  await Promise.all(
    children.map(async (child) => {
      adopters.close(child)
      const agent = await agents.of(child)
      const settled = await unlessRebooted(agent.settle({ operationId: operation, entropy: drawEntropy() }))
      if (settled !== undefined) findings.settled.set(child.name, settled)
    }),
  )
}
