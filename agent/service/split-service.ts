import type { SplitHandlers } from '../../proto/generated/messages.ts'
import type { GuestSplit } from '../split/types.ts'
import type { Unary } from './unary.ts'

export function splitService(unary: Unary, split: GuestSplit): SplitHandlers {
  return {
    Quiesce: unary('quiesce', (request) => split.quiesce(request)),
    Release: unary('release', (request) => split.release(request)),
    Resume: unary('resume', (request) => split.resume(request)),
    Settle: unary('settle', (request) => split.settle(request)),
    Bequeath: unary('bequeath', (request) => split.bequeath(request)),
    Inherit: unary('inherit', (request) => split.inherit(request)),
  }
}
