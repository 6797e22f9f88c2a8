import type { AgentHandlers, GetInfoResponse } from '../../proto/generated/messages.ts'
import type { Unary } from './unary.ts'

export function agentService(unary: Unary, info: () => Promise<GetInfoResponse>): AgentHandlers {
  return { GetInfo: unary('getInfo', info) }
}
