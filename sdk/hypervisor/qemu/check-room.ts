/** Whether there will be room for children that boot, once their parent has ended. */
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { UnavailableError } from '../../../proto/errors.ts'
import type { MachineRecord } from '../../store/records.ts'
import type { Hypervisor } from '../hypervisor.ts'
import { readImageHeader } from './disk/base-image.ts'
import { checkDiskSize } from './disk/create-disk.ts'
import { checkMemoryRoom } from './memory/memory-file.ts'
import { usage } from './memory/usage.ts'
import { runProgram } from './program.ts'

const mebibyte = 1024 * 1024

export type RoomOptions = Parameters<Hypervisor['checkRoom']>[0] & {
  /** Records of machines that may use memory, too. */
  others: readonly MachineRecord[]
}

/** See `Hypervisor.checkRoom`. */
export async function checkRoom(options: RoomOptions): Promise<void> {
  const { parent, diskBytes, copies } = options
  const { virtualSize } = await readImageHeader(parent.disk)
  for (const sizeBytes of diskBytes) checkDiskSize({ name: parent.name, sizeBytes, least: virtualSize })
  await checkMemory(options)
  if (copies > 0) await checkSpace(options)
}

async function checkMemory({ parent, children, others }: RoomOptions): Promise<void> {
  const used = await usage(parent)
  await checkMemoryRoom({
    who: `the children of ${parent.name} have`,
    machines: children,
    folder: dirname(children[0]?.memoryFile ?? parent.memoryFile),
    others: others.filter(({ name }) => name !== parent.name),
    freed: used.memory?.ownBytes ?? 0,
  })
}

async function checkSpace({ parent, copies }: RoomOptions): Promise<void> {
  const output = await runProgram({
    command: 'qemu-img',
    // -U: its machine writes it. It looks at tables only.
    arguments: ['measure', '-U', '--output=json', '-O', 'qcow2', '-f', 'qcow2', parent.disk],
    package: 'qemu-utils',
  })
  const { required } = z.object({ required: z.number() }).parse(JSON.parse(output))
  const { bavail, bsize } = await statfs(dirname(parent.directory))
  const missing = required * copies - bavail * bsize
  if (missing <= 0) return
  throw new UnavailableError({
    code: 'NO_SPACE',
    message: `${copies} copies of the disk of ${parent.name} lack ${Math.ceil(missing / mebibyte)} MiB`,
    remedy: 'Free some space; or let the children have overlays of it: --way delta.',
  })
}
