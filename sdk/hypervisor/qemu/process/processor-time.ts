import { readFile } from 'node:fs/promises'
import { parseProcessStat } from '../../../store/process-handle.ts'
import type { MachineRecord } from '../../../store/records.ts'
import type { ProcessorTime } from '../../usage.ts'
import { findProcess } from './find.ts'
import { unlessGone } from './unless-gone.ts'

/** USER_HZ of every architecture that QEMU runs KVM on: the unit of /proc, whatever the kernel's own is. */
const ticksPerSecond = 100

export async function processorTime(machine: MachineRecord): Promise<ProcessorTime | null> {
  const process = findProcess(machine)
  if (process === undefined) return null
  const line = await unlessGone(readFile(`/proc/${process.pid}/stat`, 'utf8'))
  const time = line === undefined ? undefined : parseProcessorTime(line)
  return time?.process.startTicks === process.startTicks ? time : null
}

/** Reads a line of /proc/PID/stat, see proc_pid_stat(5). Undefined for a process that has ended. Pure. */
export function parseProcessorTime(line: string): ProcessorTime | undefined {
  const process = parseProcessStat(line)
  // Field 3 is the first one behind the name, which may hold spaces and parentheses.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[14 - 3]) + Number(fields[15 - 3])
  if (process === undefined || !Number.isSafeInteger(ticks)) return undefined
  return { milliseconds: (ticks * 1000) / ticksPerSecond, process }
}
