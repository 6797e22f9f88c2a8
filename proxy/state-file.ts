/** The routes in a file, so that a restart loses none of them. */
import { open, readFile, rename } from 'node:fs/promises'
import * as z from 'zod'
import { FailedError, UnavailableError } from '../proto/errors.ts'
import type { RouteEntry } from '../proto/routing/change.ts'
import type { FileMemory } from '../proto/routing/file-routes.ts'
import { entrySchema } from '../proto/routing/stored.ts'

export interface Stored {
  entries: RouteEntry[]
  /** What the settings file said of its routes. */
  memory: FileMemory
}

const schema = z.strictObject({
  version: z.literal(1),
  entries: z.array(entrySchema),
  memory: z.record(z.string(), z.string()),
})

/** Nothing when there is no file. @throws FailedError `STATE_DAMAGED`, UnavailableError `NO_STATE` */
export async function readState(path: string): Promise<Stored> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { entries: [], memory: {} }
    throw unusable(path, cause)
  }
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw new FailedError({
      code: 'STATE_DAMAGED',
      message: `${path} is not what the proxy wrote`,
      remedy: 'Restore it from a backup, or delete it: then only the routes of the settings file are left.',
      cause,
    })
  }
}

/** The old one or the new one is there at every instant, also when power is lost. @throws UnavailableError `NO_STATE` */
export async function writeState(path: string, { entries, memory }: Stored): Promise<void> {
  const beside = `${path}.new`
  try {
    {
      await using handle = await open(beside, 'w', 0o600)
      await handle.writeFile(JSON.stringify({ version: 1, entries, memory }))
      await handle.datasync()
    }
    await rename(beside, path)
  } catch (cause) {
    throw unusable(path, cause)
  }
}

function unusable(path: string, cause: unknown): UnavailableError {
  return new UnavailableError({
    code: 'NO_STATE',
    message: `the routes can't be kept in ${path}: ${(cause as Error).message}`,
    remedy: 'Check that its folder exists, has room, and that the proxy may write there.',
    cause,
  })
}
