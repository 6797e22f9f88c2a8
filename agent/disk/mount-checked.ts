/** Mounts one file system, checked before where it has to be. */
import { checkFileSystem } from './file-system-check.ts'
import { type MountOptions, mount } from './mount-program.ts'
import type { Mounter } from './mounter.ts'

export interface MountCheckedOptions {
  mounter: Mounter
  wanted: MountOptions
  /** False for a network file system, one that is mounted elsewhere, and one that must not be written. */
  mayCheck: boolean
  /** Ends it between two steps. */
  signal: AbortSignal
}

/**
 * Throws what a check and `mount` throw.
 *
 * @returns how long the check took, 0 when there was nothing to do, and the mounting, in milliseconds
 */
export async function mountChecked({ mounter, wanted, mayCheck, signal }: MountCheckedOptions) {
  const { source, fileSystem } = wanted
  const isClean = mayCheck && (await mounter.isClean(source, fileSystem))
  let checkedMilliseconds = mayCheck && !isClean ? await checkFileSystem(source, fileSystem) : 0
  signal.throwIfAborted()
  const begin = performance.now()
  if (!(await mounter.tryMount(wanted))) {
    // It says of itself that it is clean, which may be wrong.
    if (isClean) checkedMilliseconds = await checkFileSystem(source, fileSystem)
    await mount(wanted)
  }
  return { checkedMilliseconds, milliseconds: performance.now() - begin }
}
