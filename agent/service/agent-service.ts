import type { AgentHandlers, GetInfoResponse } from '../../proto/generated/messages.ts'
import type { Unary } from './unary.ts'

export interface AgentCalls {
  info(): Promise<GetInfoResponse>
  powerOff(): Promise<void>
}

export function agentService(unary: Unary, { info, powerOff }: AgentCalls): AgentHandlers {
  return {
    GetInfo: unary('getInfo', info),
    PowerOff: unary('powerOff', async () => {
      await powerOff()
      return {}
    }),
  }
}
