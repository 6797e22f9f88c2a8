/** How long a pause was and what it was made of. Pure. */
import type { PauseTimings } from '../../handover.ts'

/** Times of QEMU's own events, milliseconds since 1970 by the clock of the host. */
export interface PauseEvents {
  /** The parent's processors stopped. */
  stopped: number
  /** The parent had sent all of its state. */
  saved: number
  /** Each child had taken all of it. */
  loaded: readonly number[]
  /** Each child's processors started. */
  resumed: readonly number[]
}

export function pauseTimings({ stopped, saved, loaded, resumed }: PauseEvents): PauseTimings {
  const lastLoaded = Math.max(saved, ...loaded)
  const lastResumed = Math.max(lastLoaded, ...resumed)
  return {
    pauseMs: lastResumed - stopped,
    parts: [
      { name: 'save', milliseconds: saved - stopped },
      { name: 'load', milliseconds: lastLoaded - saved },
      { name: 'resume', milliseconds: lastResumed - lastLoaded },
    ],
  }
}
