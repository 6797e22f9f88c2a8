import { UnavailableError } from '../../proto/errors.ts'
import type { AgentClient } from './agent-client.ts'

/**
 * @param options.feature as in `GetInfoResponse.features`
 * @param options.machine whose agent it is
 * @param options.instead what to do without it
 * @throws UnavailableError `AGENT_TOO_OLD`
 */
export async function requireFeature(
  agent: AgentClient,
  { feature, machine, instead }: { feature: string; machine: string; instead: string },
): Promise<void> {
  const { features, agentVersion } = await agent.info()
  if (features.includes(feature)) return
  throw new UnavailableError({
    code: 'AGENT_TOO_OLD',
    message: `the agent of ${machine} (${agentVersion}) knows nothing of ${feature}`,
    remedy: `Install the agent of this version in it; or ${instead}.`,
  })
}
