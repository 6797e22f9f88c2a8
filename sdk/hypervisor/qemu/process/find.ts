/** Which process runs a machine. */
import { readFileSync } from 'node:fs'
import { processHandle } from '../../../store/process-handle.ts'
import type { MachineRecord, ProcessHandle } from '../../../store/records.ts'
import { machineFiles } from '../machine-files.ts'

/**
 * The QEMU process of a machine, found by the pid file that QEMU itself writes: also when the process that started
 * it ended before it could note anything. A pid that another process has now is told by the machine's UUID.
 */
export function findProcess(machine: MachineRecord): ProcessHandle | undefined {
  const pid = Number(read(machineFiles(machine).process)?.trim())
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
  // The handle first: should the pid change hands in between, it is the old process that is answered, which is gone.
  const handle = processHandle(pid)
  const commandLine = read(`/proc/${pid}/cmdline`)
  return commandLine !== undefined && isMachine(commandLine, machine.id) ? handle : undefined
}

/** The arguments of a process that runs, as it was started. */
export function processArguments({ pid }: ProcessHandle): string[] {
  return read(`/proc/${pid}/cmdline`)?.split('\0') ?? []
}

/** Pure: whether a text of /proc/PID/cmdline is that of QEMU with this UUID. */
export function isMachine(commandLine: string, id: string): boolean {
  const words = commandLine.split('\0')
  return words.some((word, index) => word === '-uuid' && words[index + 1] === id)
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}
