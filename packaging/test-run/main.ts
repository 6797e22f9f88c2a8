/**
 * `npm test` and `npm run test:fast`: runs checks and tests, says what failed and why, and ends with the one line
 * `N passed, N failed`. Arguments that are no option choose test files: those whose path begins with one of them.
 */
import { parseArgs } from 'node:util'
import { runStages } from './run-stages.ts'
import { stages } from './stages.ts'
import { table } from './table.ts'
import { testFiles } from './test-files.ts'

const { values, positionals } = parseArgs({
  options: { fast: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const outcomes = await runStages(
  stages({
    files: testFiles(),
    fast: values.fast,
    only: positionals,
    long: process.env['CLEAVE_TEST_LONG'] === '1',
  }),
  (text) => process.stdout.write(`${text}\n`),
)
const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0)
const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0)
process.stdout.write(`\n${table(outcomes)}\n\n${passed} passed, ${failed} failed\n`)
// Nothing checked is no success.
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
