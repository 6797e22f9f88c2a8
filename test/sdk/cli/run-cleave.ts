import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import type { Test } from 'tap'

const program = fileURLToPath(new URL('../../../sdk/cli/main.ts', import.meta.url))

/** Runs the command `cleave` with a home of its own, which is removed after the test. Nothing is read from a terminal. */
export function cleaveFor(t: Test, environment: Record<string, string> = {}) {
  const home = t.testdir()
  return async (...words: string[]) =>
    await execa(process.execPath, [program, ...words], {
      reject: false,
      stdin: 'ignore',
      timeout: 30_000,
      env: { CLEAVE_HOME: home, CLEAVE_CACHE: `${home}/cache`, NO_COLOR: '1', ...environment },
    })
}
