/** Runs the test files that CLEAVE_TEST_FILES names, one a line, with a comment for each. */
import { join } from 'node:path'
import t from 'tap'
import { packageRoot } from '../package-root.ts'

for (const file of (process.env['CLEAVE_TEST_FILES'] ?? '').split('\n').filter(Boolean)) {
  t.comment(file)
  await import(join(packageRoot(), file))
}
