/** The files that back the memory of machines. */
import { createHash } from 'node:crypto'
import { lstat, mkdir, open, readdir, readFile, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { UnavailableError } from '../../../../proto/errors.ts'
import type { MachineRecord, PluggedMemory } from '../../../store/records.ts'
import { unlessGone } from '../process/unless-gone.ts'
import { isOwnFile, ownFiles } from '../resource/devices.ts'
import { missingBytes, parseMemoryAvailable } from './room.ts'
import { allMemoryBytes, type MemoryOf, memoryBytes } from './size.ts'

const mebibyte = 1024 * 1024

/** A folder in memory, one for each home: two of them may have machines of the same name. */
export function memoryFolder(home: string): string {
  return join('/dev/shm', `cleave-${createHash('sha256').update(resolve(home)).digest('hex').slice(0, 12)}`)
}

/**
 * Makes empty memory files for a machine that boots, or that gets the memory of another process. Those that are there go first:
 * whoever maps them keeps them.
 *
 * @param options.others records of machines that may use memory, too
 * @throws UnavailableError `NO_MEMORY`, `FOLDER_NOT_OURS`
 */
export async function createMemoryFiles(options: {
  machine: MachineRecord
  others: readonly MachineRecord[]
}): Promise<void> {
  const { machine } = options
  const { name, memoryFile, plugged } = machine
  await makeOwnFolder(dirname(memoryFile))
  await deleteMemoryFiles(machine)
  const others = options.others.filter((other) => other.name !== name)
  await checkMemoryRoom({
    who: `${name} has`,
    machines: [machine],
    folder: dirname(memoryFile),
    others,
  })
  await createFile(memoryFile, memoryBytes(machine))
  for (const memory of plugged?.memory ?? []) await createPluggedFile(memory)
}

/** Makes the empty file of memory that is to be plugged in, in the folder of those of other memory. */
export async function createPluggedFile({ file, sizeMiB }: PluggedMemory): Promise<void> {
  await rm(file, { force: true })
  await createFile(file, sizeMiB * mebibyte)
}

async function createFile(path: string, bytes: number): Promise<void> {
  await using file = await open(path, 'wx', 0o600)
  await file.truncate(bytes)
}

/** Takes the names away; the memory itself is free when the last process that maps it has ended. May be repeated. */
export async function deleteMemoryFiles(machine: MachineRecord): Promise<void> {
  // A child's are its parent's.
  if (machine.memory !== 'shared') return
  await rm(machine.memoryFile, { force: true })
  await deletePluggedFiles(machine, [])
}

/** Takes away the names of files for plugged memory that are the machine's own, but for those that are kept. */
export async function deletePluggedFiles(
  machine: MachineRecord,
  kept: readonly PluggedMemory[],
): Promise<void> {
  const { folder, prefix } = ownFiles(machine)
  const keptFiles = new Set(kept.filter((memory) => isOwnFile(machine, memory)).map(({ file }) => file))
  const found = (await unlessGone(readdir(folder))) ?? []
  const paths = found.filter((name) => name.startsWith(prefix)).map((name) => join(folder, name))
  await Promise.all(paths.filter((path) => !keptFiles.has(path)).map((path) => rm(path, { force: true })))
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
  machines: readonly MemoryOf[]
  folder: string
  others: readonly MachineRecord[]
  freed?: number
}): Promise<void> {
  const { who, machines, folder, freed = 0 } = options
  const sizes = machines.map(allMemoryBytes)
  const memoryMiB = sizes.reduce((sum, bytes) => sum + Math.floor(bytes / mebibyte), 0)
  const [fileSystem, meminfo, ...promises] = await Promise.all([
    statfs(folder),
    readFile('/proc/meminfo', 'utf8'),
    ...options.others.flatMap(filesOf).map(unwrittenBytes),
  ])
  const missing = missingBytes({
    wanted: sizes.reduce((sum, bytes) => sum + bytes, 0),
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

/** Those that a machine may still fill: a private copy takes no more of them than was there. */
function filesOf({ memory, memoryFile, plugged }: MachineRecord): string[] {
  return memory === 'shared' ? [memoryFile, ...(plugged?.memory ?? []).map(({ file }) => file)] : []
}

async function unwrittenBytes(path: string): Promise<number> {
  // Without one, the machine does not run.
  const found = await unlessGone(stat(path))
  return found === undefined ? 0 : Math.max(0, found.size - found.blocks * 512)
}
