/** Which backend the next client goes to. Pure. */

export interface Candidate {
  /** 0: no new work. */
  weight: number
  /** What it has already. */
  connections: number
  /** Not, when it is known to be down. */
  up: boolean
}

/**
 * That with the least connections for its weight, of those that are up; of all with a weight when none is, as one that was down may
 * answer again.
 *
 * @param options.turn any number that counts up: whose turn it is among equals
 * @param options.tried they are left out
 * @returns undefined when there is none
 */
export function pick<Backend extends Candidate>(
  backends: readonly Backend[],
  { turn, tried }: { turn: number; tried?: ReadonlySet<Backend> | undefined },
): Backend | undefined {
  let found: Backend | undefined
  let least = Number.POSITIVE_INFINITY
  for (let index = 0; index < backends.length; index++) {
    const backend = backends[(turn + index) % backends.length] as Backend
    if (backend.weight === 0 || tried?.has(backend)) continue
    const load = (backend.connections + 1) / backend.weight
    const isBetter = backend.up === (found?.up ?? false) ? load < least : backend.up
    if (found === undefined || isBetter) {
      least = load
      found = backend
    }
  }
  return found
}
