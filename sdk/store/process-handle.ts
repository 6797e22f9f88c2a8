/** Processes of this host, told apart from later ones that got the same pid. */
import { readFileSync } from 'node:fs'
import type { ProcessHandle } from './records.ts'

/** The handle of process `pid`, or undefined when there is none or it has ended. */
export function processHandle(pid: number): ProcessHandle | undefined {
  try {
    return parseProcessStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}

/** The handle of this process. */
export function ownHandle(): ProcessHandle {
  const own = processHandle(process.pid)
  if (own === undefined) throw new Error('/proc has no entry for this process')
  return own
}

/** True while this very process exists, ended ones that nobody has waited for left out. */
export function isAlive(handle: ProcessHandle): boolean {
  return processHandle(handle.pid)?.startTicks === handle.startTicks
}

/**
 * Reads a line of /proc/PID/stat (proc(5)): the name, field 2, may itself hold spaces and parentheses. An ended
 * process (state Z or X) gives undefined.
 */
export function parseProcessStat(line: string): ProcessHandle | undefined {
  const end = line.lastIndexOf(')')
  const pid = Number.parseInt(line, 10)
  // Field 3 is the first one behind the name.
  const fields = line.slice(end + 2).split(' ')
  const state = fields[0]
  const startTicks = Number(fields[22 - 3])
  if (end < 0 || !Number.isSafeInteger(pid) || !Number.isSafeInteger(startTicks)) return undefined
  return state === 'Z' || state === 'X' ? undefined : { pid, startTicks }
}

function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code
  // ESRCH: it ended between open and read.
  return code === 'ENOENT' || code === 'ESRCH'
}
