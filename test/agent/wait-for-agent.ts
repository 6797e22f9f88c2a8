import { setTimeout as delay } from 'node:timers/promises'
import { UnansweredError, UnavailableError } from '../../proto/errors.ts'
import type { AgentClient } from '../../sdk/guest/agent-client.ts'
import { type ConnectAgentOptions, connectAgent } from '../../sdk/guest/connect-agent.ts'

const pauseMs = 100

/**
 * Like {@link connectAgent}, for a machine that was only just started: tries again while its channel is not there
 * yet, and when an agent that has begun to answer is restarted in the course of the boot.
 *
 * @param options.timeoutMs for all of it. @default 120_000
 * @throws what connectAgent throws, of the last attempt
 */
export async function waitForAgent(options: ConnectAgentOptions): Promise<AgentClient> {
  const end = performance.now() + (options.timeoutMs ?? 120_000)
  for (;;) {
    const left = end - performance.now()
    try {
      return await connectAgent({ ...options, timeoutMs: Math.max(left, 1) })
    } catch (error) {
      const early = error instanceof UnavailableError || error instanceof UnansweredError
      if (!early || performance.now() + pauseMs >= end) throw error
      await delay(pauseMs, undefined, options.signal === undefined ? {} : { signal: options.signal })
    }
  }
}
