import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import type { Test } from 'tap'

const program = fileURLToPath(new URL('../../../sdk/cli/main.ts', import.meta.url))

// Without images, and with what was compiled the last time.
const cache = fileURLToPath(new URL('../../../.tap/cleave-cache', import.meta.url))

/** Runs the command `cleave` with a home of its own, which is removed after the test. */
export function cleaveFor(t: Test, environment: Record<string, string> = {}) {
  const home = t.testdir()
  return async (...words: string[]) =>
    await execa(process.execPath, [program, ...words], {
      reject: false,
      stdin: 'ignore',
      timeout: 30_000,
      env: { CLEAVE_HOME: home, CLEAVE_CACHE: cache, NO_COLOR: '1', ...environment },
    })
}
