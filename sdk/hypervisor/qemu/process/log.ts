import { open } from 'node:fs/promises'
import type { MachineRecord } from '../../../store/records.ts'
import { machineFiles } from '../machine-files.ts'

/** A guest can write to its console as long as it likes: more than this is cut … */
const longestLog = 1024 * 1024
/** … to its last part. */
const keptLog = 256 * 1024
/** What a message tells of a log: some ten lines. */
const tail = 1024

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
  return (await tailOf(machineFiles(machine).log)).trim()
}

/** What the machine's guest wrote to its console last, at most a kilobyte of it; empty when it never wrote anything. */
export async function lastOutput(machine: MachineRecord): Promise<string> {
  try {
    return await tailOf(machineFiles(machine).consoleLog)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return ''
  }
}

async function tailOf(path: string): Promise<string> {
  await using file = await open(path)
  const { size } = await file.stat()
  const { buffer, bytesRead } = await file.read(Buffer.alloc(tail), 0, tail, Math.max(size - tail, 0))
  return buffer.toString('utf8', 0, bytesRead)
}
