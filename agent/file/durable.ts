/** Writes files so that whoever reads them, also after a crash, finds the old one or the new one whole. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface ReplaceOptions {
  /** Less what the process's umask takes away. @default 0o644 */
  mode?: number
}

/** Writes beside the file, then renames. Missing folders are made. Lost when the machine loses power right after. */
export function replaceFile(path: string, content: string | Buffer, options: ReplaceOptions = {}): void {
  const { mode = 0o644 } = options
  const beside = `${path}.cleave-new`
  try {
    writeFileSync(beside, content, { mode })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(beside, content, { mode })
  }
  renameSync(beside, path)
}

/** Answers when files and folders, and their entries, are on the disk. */
export async function flush(paths: readonly string[]): Promise<void> {
  await Promise.all(
    paths.map(async (path) => {
      await using handle = await open(path)
      await handle.sync()
    }),
  )
}

/** The text of a file, undefined when there is none. */
export function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
