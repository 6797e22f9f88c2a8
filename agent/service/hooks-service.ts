import type { HooksHandlers } from '../../proto/generated/messages.ts'
import type { GuestHooks } from '../hook/types.ts'
import type { Unary } from './unary.ts'

export function hooksService(unary: Unary, hooks: GuestHooks): HooksHandlers {
  return {
    BeforeSplit: unary('beforeSplit', (request) => hooks.beforeSplit(request)),
    AfterSplit: unary('afterSplit', (request) => hooks.afterSplit(request)),
  }
}
