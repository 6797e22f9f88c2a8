/** Whether there will be room for children that boot, once their parent has ended. */
import { readFile, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { UnavailableError } from '../../../proto/errors.ts'
import type { Hypervisor } from '../hypervisor.ts'
import { readImageHeader } from './disk/base-image.ts'
import { checkDiskSize } from './disk/create-disk.ts'
import { missingBytes, parseMemoryAvailable } from './memory/room.ts'
import { memoryBytes } from './memory/size.ts'
import { usage } from './memory/usage.ts'
import { runProgram } from './program.ts'

const mebibyte = 1024 * 1024

type Options = Parameters<Hypervisor['checkRoom']>[0]

/** See `Hypervisor.checkRoom`. */
export async function checkRoom(options: Options): Promise<void> {
  const { parent, diskBytes, copies } = options
  const { virtualSize } = await readImageHeader(parent.disk)
  for (const sizeBytes of diskBytes) checkDiskSize({ name: parent.name, sizeBytes, least: virtualSize })
  await checkMemory(options)
  if (copies) await checkSpace(options)
}

async function checkMemory({ parent, children }: Options): Promise<void> {
  const [meminfo, fileSystem, used] = await Promise.all([
    readFile('/proc/meminfo', 'utf8'),
    statfs('/dev/shm'),
    usage(parent),
  ])
  const freed = used.memory?.ownBytes ?? 0
  const missing = missingBytes({
    wanted: children.reduce((sum, child) => sum + memoryBytes(child), 0),
    fileSystemFree: fileSystem.bavail * fileSystem.bsize + freed,
    memoryAvailable: parseMemoryAvailable(meminfo) + freed,
    machines: children.length,
    promised: 0,
  })
  if (missing === 0) return
  throw new UnavailableError({
    code: 'NO_MEMORY',
    message: `the children of ${parent.name} would lack ${Math.ceil(missing / mebibyte)} MiB of memory on this host`,
    remedy: 'Stop other machines, or give the children less memory.',
  })
}

async function checkSpace({ parent, children }: Options): Promise<void> {
  const output = await runProgram({
    command: 'qemu-img',
    // -U: its machine writes it. It looks at tables only.
    arguments: ['measure', '-U', '--output=json', '-O', 'qcow2', '-f', 'qcow2', parent.disk],
    package: 'qemu-utils',
  })
  const { required } = z.object({ required: z.number() }).parse(JSON.parse(output))
  const { bavail, bsize } = await statfs(dirname(parent.directory))
  const missing = required * children.length - bavail * bsize
  if (missing <= 0) return
  throw new UnavailableError({
    code: 'NO_SPACE',
    message: `copies of the disk of ${parent.name} for ${children.length} children lack ${Math.ceil(missing / mebibyte)} MiB`,
    remedy: 'Free some space; or let the children have overlays of it: --way delta.',
  })
}
