/**
 * Runs the test files that standard input names, one a line, in as many processes as there are processors: starting
 * one for each file would take most of the time. Prints the Test Anything Protocol.
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'

const files = (await text(process.stdin)).split('\n').filter(Boolean)
/** For all of them; each test has its own bound besides. */
const seconds = 480
t.setTimeout(seconds * 1000)
const parts = Math.min(availableParallelism(), files.length)
t.jobs = parts
for (let part = 0; part < parts; part += 1) {
  const own = files.filter((_, index) => index % parts === part)
  const env = { ...process.env, CLEAVE_TEST_FILES: own.join('\n'), TAP_TIMEOUT: String(seconds) }
  // The folders that its tests make are called after its arguments.
  t.spawn(process.execPath, [join(import.meta.dirname, 'in-one-process.ts'), `part-${part}`], { env })
}
