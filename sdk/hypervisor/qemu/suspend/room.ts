import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { UnavailableError } from '../../../../proto/errors.ts'
import type { MachineRecord } from '../../../store/records.ts'
import { checkMemoryRoom } from '../memory/memory-file.ts'
import { stateBytes } from '../memory/size.ts'

const mebibyte = 1024 * 1024

/** What an overlay needs at once, and a guest soon after for its first writes. */
const overlayBytes = 64 * mebibyte

/**
 * Is there room for a parent's state file, and for so many children with memory of their own, while the parent still has its?
 *
 * @param options.others records of machines that may use memory, the parent among them
 * @throws UnavailableError `NO_MEMORY`, `NO_SPACE`
 */
export async function checkRoomToSuspend(options: {
  parent: MachineRecord
  children: number
  others: readonly MachineRecord[]
}): Promise<void> {
  const { parent, children, others } = options
  await checkMemoryRoom({
    who: `${children} children of ${parent.name}, each with memory of its own, have`,
    machines: Array<MachineRecord>(children).fill(parent),
    folder: dirname(parent.memoryFile),
    others,
  })
  const { bavail, bsize } = await statfs(parent.directory)
  const missing = stateBytes(parent) + children * overlayBytes - bavail * bsize
  if (missing <= 0) return
  throw new UnavailableError({
    code: 'NO_SPACE',
    message: `the state file of ${parent.name} and the disks of ${children} children lack ${Math.ceil(missing / mebibyte)} MiB in ${parent.directory}`,
    remedy: 'Free some space, or use a home folder on a larger disk.',
  })
}
