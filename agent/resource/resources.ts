/** Puts the resource room together. */
import type { GetResourcesResponse } from '../../proto/generated/messages.ts'
import { createTurns } from '../turns.ts'
import { type MemoryBounds, openMemory } from './memory.ts'
import { openProcessors } from './processors.ts'
import type { GuestResources } from './types.ts'

/**
 * @param root the folder that stands for `/`
 * @param bounds for tests
 */
export function createResources(root = '/', bounds: MemoryBounds = {}): GuestResources {
  const processors = openProcessors(root, bounds)
  const memory = openMemory(root, bounds)
  const inTurn = createTurns()

  const answer = (begunAt: number): GetResourcesResponse => {
    const { online, present } = processors.count()
    const sizes = memory.sizes()
    return {
      processors: online,
      processorsPresent: present,
      memoryBytes: sizes.online,
      memoryPresentBytes: sizes.present,
      memoryBlockBytes: sizes.block,
      resting: sizes.resting,
      milliseconds: performance.now() - begunAt,
    }
  }
  const afterwards = async (work: () => Promise<void>) => {
    const begunAt = performance.now()
    await inTurn(work)
    return answer(begunAt)
  }

  return {
    get: async () => answer(performance.now()),
    setProcessors: (request) => afterwards(() => processors.set(request.processors)),
    setMemory: (request) => afterwards(() => memory.set(request)),
  }
}
