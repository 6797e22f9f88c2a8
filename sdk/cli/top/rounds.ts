/** Rounds, one after the other. */
import { setTimeout as delay } from 'node:timers/promises'
import { unlessAborted } from '../../machine/unless-aborted.ts'

export interface RoundsOptions<Seen> {
  look(): Promise<Seen>
  show(seen: Seen): void
  /** From the beginning of one round to that of the next, unless looking takes longer. */
  intervalMs: number
  /** How many are shown; Infinity for no end. */
  rounds: number
  /** Also shows the look that the first round is measured from. @default false */
  showFirst?: boolean
  /** Ends it in good order, at once. */
  signal: AbortSignal
}

export async function inRounds<Seen>(options: RoundsOptions<Seen>): Promise<void> {
  const { look, show, intervalMs, rounds, showFirst = false, signal } = options
  try {
    let begunAt = performance.now()
    const first = await unlessAborted(look, signal)
    if (showFirst) show(first)
    for (let round = 0; round < rounds; round += 1) {
      const waitMs = Math.max(0, begunAt + intervalMs - performance.now())
      await delay(waitMs, undefined, { signal })
      begunAt = performance.now()
      show(await unlessAborted(look, signal))
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
