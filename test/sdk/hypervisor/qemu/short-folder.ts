import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

/** A folder for sockets, whose paths have at most 107 bytes: t.testdir() is too long for that. */
export function shortFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'cleave-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
