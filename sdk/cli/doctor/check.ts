/** What one look at this host found. */
export interface Check {
  /** What was looked at; stable. */
  name: string
  /** `missing`: no machine can be split here without it. */
  state: 'ok' | 'warning' | 'missing'
  /** What was found. */
  detail: string
  /** What to do; empty when all is well. */
  remedy: string
}

/** Whether machines can be split here: nothing is missing. */
export function splittingWorks(checks: readonly Check[]): boolean {
  return checks.every(({ state }) => state !== 'missing')
}
