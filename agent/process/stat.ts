/** The parts of /proc/PID/stat that the agent uses, see proc_pid_stat(5). Pure. */

export interface StatFields {
  name: string
  /** One letter, such as S for sleeping and Z for a zombie. */
  state: string
  parentPid: number
  sessionId: number
  /** A thread of the kernel itself. */
  isKernelThread: boolean
  /** Processor time in user and kernel mode of all its threads. */
  cpuTicks: number
  threads: number
  /** From the boot to the start of the process. */
  startTicks: number
}

/** Ticks in a second as /proc shows them: USER_HZ, the same on every architecture that Debian has. */
export const ticksPerSecond = 100

// PF_KTHREAD of include/linux/sched.h.
const kernelThreadFlag = 0x20_0000

/** Undefined when the text is cut off. The name may hold spaces, brackets and line ends. */
export function parseStat(text: string): StatFields | undefined {
  const nameEnd = text.lastIndexOf(')')
  // Fields 3 to 23: that one more follows the last that is used shows that none is cut off.
  const fields = text.slice(nameEnd + 2).split(' ', 21)
  const number = (position: number) => Number(fields[position - 3])
  const startTicks = number(22)
  if (nameEnd < 0 || fields.length < 21 || !Number.isSafeInteger(startTicks)) return undefined
  return {
    name: text.slice(text.indexOf('(') + 1, nameEnd),
    state: fields[0] ?? '',
    parentPid: number(4),
    sessionId: number(6),
    isKernelThread: (number(9) & kernelThreadFlag) !== 0,
    cpuTicks: number(14) + number(15),
    threads: number(20),
    startTicks,
  }
}

/** True when no thread of it will run another instruction. */
export function hasEnded(stat: StatFields): boolean {
  // The first thread of a process may have ended while others go on: then it is a zombie with more than one.
  return (stat.state === 'Z' || stat.state === 'X') && stat.threads <= 1
}
