/** Finds the tests. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../package-root.ts'

/** Paths of all test files, from the top of the checkout, sorted. */
export function testFiles(): string[] {
  return readdirSync(join(packageRoot(), 'test'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => join('test', path))
    .sort()
}
