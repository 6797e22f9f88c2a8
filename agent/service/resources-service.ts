import type { ResourcesHandlers } from '../../proto/generated/messages.ts'
import type { GuestResources } from '../resource/types.ts'
import type { Unary } from './unary.ts'

export function resourcesService(unary: Unary, resources: GuestResources): ResourcesHandlers {
  return {
    GetResources: unary('getResources', () => resources.get()),
    SetProcessors: unary('setProcessors', (request) => resources.setProcessors(request)),
    SetMemory: unary('setMemory', (request) => resources.setMemory(request)),
  }
}
