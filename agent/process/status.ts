/** The parts of /proc/PID/status that the agent uses, see proc_pid_status(5). Pure. */

export interface StatusFields {
  /** With line ends and backslashes escaped. */
  name: string
  parentPid: number
  /** The effective one. */
  userId: number
  /** The process that traces it, 0 for none. */
  tracerPid: number
  /** Resident memory. */
  memoryBytes: number
  /** The size of its table of open files: never smaller than the number of them. */
  descriptorSlots: number
  /**
   * How often its only thread was taken off a processor; undefined when it runs at this moment or has more threads.
   * While this stays the same, the process has not run an instruction.
   */
  restingSince: number | undefined
}

/** Undefined when the text is cut off. The kernel escapes line ends in the name, so that no line can be forged. */
export function parseStatus(text: string): StatusFields | undefined {
  const userId = field(text, '\nUid:\t', 1)
  const involuntary = field(text, '\nnonvoluntary_ctxt_switches:\t')
  if (userId === undefined || involuntary === undefined || !text.endsWith('\n')) return undefined
  const nameStart = text.indexOf('\t') + 1
  const voluntary = field(text, '\nvoluntary_ctxt_switches:\t') ?? 0
  const isResting = field(text, '\nThreads:\t') === 1 && !text.includes('\nState:\tR')
  return {
    name: text.slice(nameStart, text.indexOf('\n', nameStart)),
    parentPid: field(text, '\nPPid:\t') ?? 0,
    userId,
    tracerPid: field(text, '\nTracerPid:\t') ?? 0,
    memoryBytes: (field(text, '\nVmRSS:\t') ?? 0) * 1024,
    descriptorSlots: field(text, '\nFDSize:\t') ?? 0,
    restingSince: isResting ? voluntary + involuntary : undefined,
  }
}

/** The number at `position` among those after the label, which are separated by tabs. */
function field(text: string, label: string, position = 0): number | undefined {
  const start = text.indexOf(label)
  if (start < 0) return undefined
  const end = text.indexOf('\n', start + 1)
  const parts = text.slice(start + label.length, end < 0 ? undefined : end).split('\t')
  const value = Number.parseInt(parts[position] ?? '', 10)
  return Number.isNaN(value) ? undefined : value
}
