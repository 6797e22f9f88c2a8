/** The file that a machine's whole state goes into. */
import { type FileHandle, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { MachineRecord } from '../../../store/records.ts'
import { machineFiles } from '../machine-files.ts'

/**
 * Opens a new, empty file in the machine's folder, and takes its name away at once: the kernel frees it when the last
 * process that has it open has read it or has ended, whatever becomes of this one. Memory is in it, with all its secrets, and
 * nobody else can open it.
 */
export async function openStateFile(machine: MachineRecord): Promise<FileHandle> {
  const path = machineFiles(machine).state
  await rm(path, { force: true })
  const file = await open(path, 'wx+', 0o600)
  await rm(path)
  return file
}

/** The same file for one more reader, which begins at its beginning. */
export async function openReader(file: FileHandle): Promise<FileHandle> {
  return await open(join('/proc/self/fd', String(file.fd)), 'r')
}
