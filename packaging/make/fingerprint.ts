/** Hashes over what goes into a build, so that the same input is never built twice. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * A hash over parts, in order. Lengths are hashed too, so that no two lists of parts give the same bytes.
 *
 * @returns 16 hexadecimal digits: enough for a cache that only its owner writes
 */
export function fingerprint(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part
    hash.update(`${bytes.length}\n`).update(bytes)
  }
  return hash.digest('hex').slice(0, 16)
}

/** Paths, relative to `directory` and sorted, and contents of all files in it: the parts of a {@link fingerprint}. */
export async function filesIn(directory: string): Promise<(string | Uint8Array)[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  paths.sort()
  const parts: (string | Uint8Array)[] = []
  for (const path of paths) parts.push(path.slice(directory.length), await readFile(path))
  return parts
}
