import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

/** A folder that is gone after the test. The path of a socket may have some hundred characters, fewer than a fixture's has. */
export async function shortFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cleave-routes-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}
