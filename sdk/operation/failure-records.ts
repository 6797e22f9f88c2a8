/** What groups lack in a machine though an operation went through, as its record keeps it. Pure. */
import type { FailureRecord } from '../store/records.ts'

/** As an agent tells it. */
export interface GroupFailure {
  group: string
  /** @default none: it is a disk that could not be mounted */
  unit?: string
  reason: string
}

// A guest may answer anything.
const mostRecords = 100
const longestText = 1000

export function toFailureRecords(machine: string, failures: readonly GroupFailure[]): FailureRecord[] {
  return failures.slice(0, mostRecords).map(({ group, unit = '', reason }) => ({
    machine,
    group: group.slice(0, longestText),
    unit: unit.slice(0, longestText),
    reason: reason.slice(0, longestText),
  }))
}

/** In one line, which is not safe to show yet. */
export function failureText({ machine, group, unit, reason }: FailureRecord): string {
  if (unit === '') return `${group} has no disk in ${machine} yet: ${reason}`
  return `${unit} of ${group} did not start in ${machine}: ${reason}`
}
