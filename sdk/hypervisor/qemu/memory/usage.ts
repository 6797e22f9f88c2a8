/** What a machine takes of the host. */
import { readFile, stat } from 'node:fs/promises'
import type { MachineRecord } from '../../../store/records.ts'
import type { MachineUsage, MemoryUsage } from '../../usage.ts'
import { findProcess } from '../process/find.ts'
import { unlessGone } from '../process/unless-gone.ts'

export async function usage(machine: MachineRecord): Promise<MachineUsage> {
  const [diskBytes, memory] = await Promise.all([usedBytes(machine.disk), memoryUsage(machine)])
  return { diskBytes, memory }
}

async function memoryUsage(machine: MachineRecord): Promise<MemoryUsage | null> {
  const process = findProcess(machine)
  if (process === undefined) return null
  const text = await unlessGone(readFile(`/proc/${process.pid}/smaps_rollup`, 'utf8'))
  return text === undefined ? null : parseMemoryUsage(text)
}

/** From /proc/PID/smaps_rollup, see proc_pid_smaps(5). Pure. */
export function parseMemoryUsage(text: string): MemoryUsage {
  const bytes = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d{1,15}) kB$`, 'm').exec(text)?.[1] ?? 0) * 1024
  return {
    proportionalBytes: bytes('Pss'),
    ownBytes: bytes('Private_Clean') + bytes('Private_Dirty'),
    sharedBytes: bytes('Shared_Clean') + bytes('Shared_Dirty'),
  }
}

async function usedBytes(path: string): Promise<number> {
  return ((await unlessGone(stat(path)))?.blocks ?? 0) * 512
}
