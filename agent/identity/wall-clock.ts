/** What the host says about the time. */
import type { IdentityItem } from '../../proto/generated/messages.ts'
import { doItems } from './do-items.ts'
import { comparedClock } from './items/wall-clock.ts'
import { runItem } from './run-items.ts'

const nothing = Buffer.alloc(0)

/** See `GuestIdentity.setWallClock`. */
export async function setWallClock(
  root: string,
  word: { microseconds: number; heardAt: number },
): Promise<IdentityItem> {
  const wallClock = () => word.microseconds + (performance.now() - word.heardAt) * 1000
  const { name } = comparedClock
  const apply = async () => {
    const [item] = await doItems({ root, items: [comparedClock], entropy: nothing, wallClock })
    return item ?? { done: false, detail: 'nobody says whether it was set' }
  }
  return await runItem({ name, apply }, undefined)
}
