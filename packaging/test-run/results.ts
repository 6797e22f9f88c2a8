/** Reads results of the Test Anything Protocol. */
import { Parser, type Result } from 'tap-parser'
import { stringify } from 'yaml'

export interface Results {
  passed: number
  failed: number
  skipped: number
  /** For people: each failure with its full name and what was found. */
  failures: string[]
}

/**
 * Counts the assertions in a report. A test that failed outside of any assertion, such as a file that crashed, counts
 * as one that failed; so does a report that bailed out.
 */
export function readResults(report: string): Results {
  const results: Results = { passed: 0, failed: 0, skipped: 0, failures: [] }
  for (const [event, value] of Parser.parse(report, { flat: true })) {
    if (event === 'assert') add(results, value)
    if (event === 'bailout') addFailure(results, `bailed out: ${value}`)
  }
  return results
}

function add(results: Results, point: Result): void {
  if (point.skip || point.todo) results.skipped += 1
  else if (point.ok) results.passed += 1
  else addFailure(results, `${point.fullname}\n${details(point)}`)
}

function addFailure(results: Results, text: string): void {
  results.failed += 1
  results.failures.push(text)
}

const longestDetails = 4000

function details(point: Result): string {
  if (!point.diag) return ''
  return stringify(point.diag).slice(0, longestDetails).replaceAll(/^/gm, '    ').trimEnd()
}
