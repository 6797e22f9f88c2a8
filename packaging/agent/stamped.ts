/** Files that are built only when what goes into them has changed. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises'

/**
 * Lets `build` make the file unless it is there from the same input.
 *
 * @param hash over everything that goes into it; it is left in `FILE.hash`
 * @param build answers where the new file is, which then takes the place of the old one
 */
export async function stamped(file: string, hash: string, build: () => Promise<string>): Promise<void> {
  const stamp = `${file}.hash`
  if ((await readIfThere(stamp)) === hash) return
  const finished = await build()
  // In this order: a file that is older than its stamp cannot be taken for a new one.
  await rm(stamp, { force: true })
  await rename(finished, file)
  await writeFile(stamp, hash)
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
