/** Shows what came of a test run. */
import type { Outcome } from './run-stages.ts'

/** One row a stage, columns aligned. */
export function table(outcomes: readonly Outcome[]): string {
  const rows = [
    ['', 'passed', 'failed', 'skipped', 'seconds'],
    ...outcomes.map(({ name, passed, failed, skipped, seconds }) => [
      name,
      String(passed),
      String(failed),
      String(skipped),
      seconds.toFixed(1),
    ]),
  ]
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map(([name = '', ...numbers]) =>
      [
        name.padEnd(widths[0] ?? 0),
        ...numbers.map((text, index) => text.padStart(widths[index + 1] ?? 0)),
      ].join('  '),
    )
    .join('\n')
}
