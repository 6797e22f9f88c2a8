/** The files that back the memory of machines. */
import { createHash } from 'node:crypto'
import { lstat, mkdir, open, readFile, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { UnavailableError } from '../../../../proto/errors.ts'
import type { MachineRecord } from '../../../store/records.ts'
import { missingBytes, parseMemoryAvailable } from './room.ts'
import { memoryBytes } from './size.ts'

const mebibyte = 1024 * 1024

/** A folder in memory, one for each home: two of them may have machines of the same name. */
export function memoryFolder(home: string): string {
  return join('/dev/shm', `cleave-${createHash('sha256').update(resolve(home)).digest('hex').slice(0, 12)}`)
}

/**
 * Makes an empty memory file for a machine that boots. One that is there goes first: whoever maps it keeps it.
 *
 * @param options.others records of machines that may use memory, too
 * @throws UnavailableError `NO_MEMORY`, `FOLDER_NOT_OURS`
 */
export async function createMemoryFile(options: {
  machine: MachineRecord
  others: readonly MachineRecord[]
}): Promise<void> {
  const { name, memoryFile } = options.machine
  await makeOwnFolder(dirname(memoryFile))
  await rm(memoryFile, { force: true })
  const others = options.others.filter((other) => other.name !== name)
  await checkMemoryRoom({
    who: `${name} has`,
    machines: [options.machine],
    folder: dirname(memoryFile),
    others,
  })
  await using file = await open(memoryFile, 'wx', 0o600)
  await file.truncate(memoryBytes(options.machine))
}

/** Takes the name away; the memory itself is free when the last process that maps it has ended. May be repeated. */
export async function deleteMemoryFile({ memory, memoryFile }: MachineRecord): Promise<void> {
  // A child's is its parent's.
  if (memory === 'shared') await rm(memoryFile, { force: true })
}

/** Everybody may make folders there: in one of another user, they could put a file of their own in place of ours. */
async function makeOwnFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  const found = await lstat(path)
  if (found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0) return
  throw new UnavailableError({
    code: 'FOLDER_NOT_OURS',
    message: `${path} is for the memory of machines, but others may write to it`,
    remedy: 'Find out who made it, and delete it.',
  })
}

/**
 * Is there room for the memory of these machines?
 *
 * @param options.who for the message: 'shop has'
 * @param options.folder where their memory files will be
 * @param options.others records of machines that may use memory, too
 * @param options.freed bytes of memory that will be free by then. @default 0
 * @throws UnavailableError `NO_MEMORY`
 */
export async function checkMemoryRoom(options: {
  who: string
  machines: readonly Pick<MachineRecord, 'memoryMiB'>[]
  folder: string
  others: readonly MachineRecord[]
  freed?: number
}): Promise<void> {
  const { who, machines, folder, freed = 0 } = options
  const memoryMiB = machines.reduce((sum, machine) => sum + machine.memoryMiB, 0)
  const others = options.others.filter((other) => other.memory === 'shared')
  const [fileSystem, meminfo, ...promises] = await Promise.all([
    statfs(folder),
    readFile('/proc/meminfo', 'utf8'),
    ...others.map((other) => unwrittenBytes(other.memoryFile)),
  ])
  const missing = missingBytes({
    wanted: machines.reduce((sum, machine) => sum + memoryBytes(machine), 0),
    machines: machines.length,
    fileSystemFree: fileSystem.bavail * fileSystem.bsize + freed,
    memoryAvailable: parseMemoryAvailable(meminfo) + freed,
    promised: promises.reduce((sum, bytes) => sum + bytes, 0),
  })
  if (missing === 0) return
  throw new UnavailableError({
    code: 'NO_MEMORY',
    message: `${who} ${memoryMiB} MiB of memory, and this host lacks ${Math.ceil(missing / mebibyte)} MiB for it`,
    remedy: 'Stop other machines, or give it less memory.',
  })
}

async function unwrittenBytes(path: string): Promise<number> {
  try {
    const { size, blocks } = await stat(path)
    return Math.max(0, size - blocks * 512)
  } catch (error) {
    // The machine does not run.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
}
