import type { IdentityHandlers } from '../../proto/generated/messages.ts'
import type { GuestIdentity } from '../identity/types.ts'
import type { Unary } from './unary.ts'

export function identityService(unary: Unary, identity: GuestIdentity): IdentityHandlers {
  return {
    Establish: unary('establish', (request) => identity.establish(request)),
    SetWallClock: unary('setWallClock', async ({ wallClockMicroseconds: microseconds }) => ({
      item: await identity.setWallClock({ microseconds, heardAt: performance.now() }),
    })),
  }
}
