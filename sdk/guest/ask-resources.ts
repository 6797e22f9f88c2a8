import { FailedError } from '../../proto/errors.ts'
import type { GetResourcesResponse } from '../../proto/generated/messages.ts'
import { resourcesFeature } from '../../proto/version.ts'
import type { AgentClient } from './agent-client.ts'
import { requireFeature } from './require-feature.ts'

/**
 * The processors and the memory that a guest has. Whether its agent knows of such is asked only when it does not tell: of the
 * half a second in which an emulated guest gets a processor, each call takes some 20 ms.
 *
 * @param machine whose agent it is
 * @throws UnavailableError `AGENT_TOO_OLD`
 */
export async function askResources(agent: AgentClient, machine: string): Promise<GetResourcesResponse> {
  try {
    return await agent.resources()
  } catch (error) {
    const instead = 'stop the machine: one that is off can be given any resources'
    if (error instanceof FailedError)
      await requireFeature(agent, { feature: resourcesFeature, machine, instead })
    throw error
  }
}
