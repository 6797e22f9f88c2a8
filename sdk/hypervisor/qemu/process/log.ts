import { open, readFile } from 'node:fs/promises'
import type { MachineRecord } from '../../../store/records.ts'
import { machineFiles } from '../machine-files.ts'

/** A guest can write to its console as long as it likes: more than this is cut … */
const longestLog = 1024 * 1024
/** … to its last part. */
const keptLog = 256 * 1024

/**
 * Cuts a log that QEMU appends to. Done whenever something is done to the machine: nothing of Cleave runs all the
 * time. Without effect when there is none.
 */
export async function boundLog(path: string): Promise<void> {
  try {
    await using file = await open(path, 'r+')
    const { size } = await file.stat()
    if (size <= longestLog) return
    const { buffer, bytesRead } = await file.read(Buffer.alloc(keptLog), 0, keptLog, size - keptLog)
    await file.truncate(0)
    await file.write(buffer, 0, bytesRead, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/** What the machine's QEMU said last, at most a kilobyte of it. Its log is its own: it begins anew with each start. */
export async function lastWords(machine: MachineRecord): Promise<string> {
  return (await readFile(machineFiles(machine).log, 'utf8')).trim().slice(-1000)
}
