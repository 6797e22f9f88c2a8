import { setTimeout as delay } from 'node:timers/promises'
import { RefusedError } from '../../../proto/errors.ts'
import { allSettled } from '../../all-settled.ts'
import type { AdopterSession } from '../../guest/adopter-session.ts'
import { agentGrouping } from '../../guest/grouping.ts'
import { wallClockMicroseconds } from '../../machine/identity.ts'
import type { WorkStep } from '../steps.ts'
import { childInputs } from './child-inputs.ts'
import type { SplitContext } from './context.ts'

/** An agent that has just answered is not at rest yet, and each copy of it would go on with that first. */
const restMs = 200

// Processes that start outside of what is to be frozen are rare; an agent that looks again knows them.
const mostLooks = 3

/**
 * Freezes every workload group in the parent, so that no child runs one instruction of a group that is not its own,
 * and tells the parent what each child will be, so that a child has next to nothing left to do.
 */
export const quiesce: WorkStep<SplitContext> = {
  name: 'quiesce',
  commits: false,
  async run(context) {
    const { prepared, agents, adopters, findings } = context
    const { operation, parent, plan } = prepared
    // Its adopter waits for orders from a host that is there, and every copy of it goes on waiting.
    const adopter = await adopters.open(parent)
    const agent = await agents.of(parent)
    const request = {
      operationId: operation,
      replicated: plan.replicated,
      grouping: agentGrouping(plan.grouping),
      children: childInputs(prepared),
    }
    for (let looks = 1; ; looks += 1) {
      await agent.quiesce(request)
      // Clients wait from here on: what is under way may end while the agent comes to rest.
      await allSettled([delay(restMs), context.routing.hold()])
      await context.fork?.precede()
      findings.quiescedAt = performance.now()
      if (await freezes(adopter, looks)) return
    }
  },
  async undo({ prepared: { operation, parent }, agents, adopters, hypervisor }) {
    adopters.close(parent)
    // A parent that has ended meanwhile has nothing frozen: it boots with its groups running.
    if ((await hypervisor.status(parent)) === 'absent') return
    const agent = await agents.of(parent)
    await agent.release(operation)
    // It stood still while the parent was stopped.
    await agent.setWallClock(wallClockMicroseconds())
  },
}

/** False when the guest has changed since the agent looked at it, and may be looked at again. */
async function freezes(adopter: AdopterSession, looks: number): Promise<boolean> {
  try {
    await adopter.freeze()
    return true
  } catch (error) {
    if (error instanceof RefusedError && looks < mostLooks) return false
    throw error
  }
}
