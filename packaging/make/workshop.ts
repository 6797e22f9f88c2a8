/** How a folder of the cache comes into being: whole, or not at all. */
import { chmod, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** What every step of a build knows. */
export interface BuildContext {
  /** Where finished folders go. The caller holds its lock. */
  cache: string
  /** The folder with the lists, scripts and files that images are made of. */
  sources: string
  /** Ends the build. */
  signal?: AbortSignal | undefined
  /** Told what is done now, in a few words. */
  onProgress: (doing: string) => void
}

const scratch = 'partial'

/** Makes `directory` by `work` unless it is there. `work` fills an empty folder, which then takes the name. */
export async function produce(
  context: BuildContext,
  directory: string,
  work: (output: string) => Promise<void>,
): Promise<void> {
  if (await exists(directory)) return
  await mkdir(join(context.cache, scratch), { recursive: true })
  const output = await mkdtemp(join(context.cache, scratch, 'build-'))
  try {
    await work(output)
    await mkdir(dirname(directory), { recursive: true })
    // mkdtemp made it for its owner alone.
    await chmod(output, 0o755)
    await rename(output, directory)
  } finally {
    await rm(output, { recursive: true, force: true })
  }
}

/** Removes what builds that were killed left behind. */
export async function sweep(cache: string): Promise<void> {
  await rm(join(cache, scratch), { recursive: true, force: true })
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  )
}
