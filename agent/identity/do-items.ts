/** Makes this machine another at once, with an adopter of its own. */
import { once } from 'node:events'
import { adoptLine, parseAnswer } from '../../proto/adopter.ts'
import { FailedError } from '../../proto/errors.ts'
import type { IdentityItem } from '../../proto/generated/messages.ts'
import { startAdopter } from '../adopter/adopter.ts'
import type { PlannedItem } from '../adopter/plan.ts'
import { progressFile, readProgress } from '../adopter/progress.ts'
import { network } from './items/network.ts'

export interface DoItemsOptions {
  root: string
  items: readonly PlannedItem[]
  entropy: Uint8Array
  /** The host's clock when it is called, in microseconds since 1970. @default nobody has told it */
  wallClock?: () => number
}

const self = 'self'
const boundMilliseconds = 20_000

/** @throws UnavailableError `NO_SYSTEM_CALLS`; FailedError `NO_ADOPTER` */
export async function doItems(options: DoItemsOptions): Promise<IdentityItem[]> {
  const { root, items, entropy, wallClock = () => 0 } = options
  const progress = progressFile(root, 'identity')
  const adopter = startAdopter({ port: 'pipe', progress })
  try {
    const child = { name: self, items, resume: [] }
    adopter.tell({ operation: self, children: [child] })
    await adopter.listen({ cgroups: [], processes: [], infrastructure: [] })
    // It took a while to get here.
    const wallClockMicroseconds = wallClock()
    adopter.orders?.write(adoptLine({ operation: self, child: self, entropy, wallClockMicroseconds }))
    const answer = await firstLine(adopter.orders)
    if (parseAnswer(answer)?.kind !== 'adopted') throw noAnswer(answer)
    return readProgress(progress)?.items ?? []
  } finally {
    await adopter.close()
  }
}

async function firstLine(orders: NodeJS.ReadableStream | undefined): Promise<string> {
  if (orders === undefined) return ''
  const [chunk] = await once(orders, 'data', { signal: AbortSignal.timeout(boundMilliseconds) })
  return String(chunk).trim()
}

function noAnswer(answer: string): FailedError {
  return new FailedError({
    code: 'NO_ADOPTER',
    message: `the machine could not take its identity: ${answer || 'no answer'}`,
    remedy: 'See the log of cleave-agent, then try again.',
  })
}

/**
 * Without its addresses a machine can't be reached, and with those of another it does harm.
 *
 * @throws FailedError `NO_NETWORK_IDENTITY`
 */
export function requireNetwork(items: readonly IdentityItem[]): void {
  const failed = items.find(({ item, done }) => item === network.name && !done)
  if (failed === undefined) return
  throw new FailedError({
    code: 'NO_NETWORK_IDENTITY',
    message: `the machine could not take its own addresses: ${failed.detail}`,
    remedy: 'Correct what the message names, then repeat the call.',
  })
}
