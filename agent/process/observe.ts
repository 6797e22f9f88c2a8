/** One look at one process. */
import type { Accounts } from './accounts.ts'
import { parseCgroup } from './cgroup.ts'
import { parseCommandLine } from './command-line.ts'
import { readHoldings } from './holdings.ts'
import type { Pace } from './pace.ts'
import type { ProcessFiles } from './process-files.ts'
import { measureUse, type ProcessorUse } from './processor-use.ts'
import type { Holdings, ListOptions, ObservedProcess } from './source.ts'
import { hasEnded, parseStat, type StatFields, ticksPerSecond } from './stat.ts'
import { parseStatus, type StatusFields } from './status.ts'

/** What is kept of a process from one listing to the next. */
export interface Remembered {
  startTicks: number
  isKernelThread: boolean
  use?: ProcessorUse
  own?: Own
}

/** What only the process itself can change, by running. */
interface Own {
  arguments: string[]
  holdings: Holdings | undefined
  /** As in `StatusFields`, right before this was read. */
  restingSince: number | undefined
  readAt: number
}

export interface Observation {
  remembered: Remembered
  /** Undefined for a thread of the kernel. */
  observed?: ObservedProcess
}

export interface ObserveOptions {
  pid: number
  known: Remembered | undefined
  inspect: NonNullable<ListOptions['inspect']>
  pace: Pace
  /** Milliseconds on a clock that only goes forward. */
  at: number
  /** Milliseconds since the boot. */
  uptime: number
}

/** Answers undefined when the process has ended, or another one has its pid by now. */
export type Observe = (options: ObserveOptions) => Promise<Observation | undefined>

// A process may share its table of open files with another, which hardly any does, and see it change while it rests
// itself: so it is looked at again from time to time.
const longestRest = 60_000

export function createObserver(files: ProcessFiles, accounts: Accounts): Observe {
  const readStat = (pid: number): StatFields | undefined => {
    const text = files.text(pid, 'stat')
    return text === undefined ? undefined : parseStat(text)
  }

  const readOwn = async (options: ObserveOptions, status: StatusFields, observed: ObservedProcess) => {
    const { pid, known, inspect, pace, at } = options
    const { restingSince } = status
    const old = known?.own
    const isUnchanged =
      old?.restingSince !== undefined && old.restingSince === restingSince && at - old.readAt < longestRest
    observed.process.arguments = isUnchanged
      ? old.arguments
      : parseCommandLine(files.beginning(pid, 'cmdline') ?? Buffer.alloc(0))
    const isInspected = inspect(observed)
    if (isUnchanged && (!isInspected || old.holdings !== undefined)) return old
    const slots = status.descriptorSlots
    const holdings = isInspected ? await readHoldings({ files, pid, slots, pace }) : undefined
    return { arguments: observed.process.arguments, holdings, restingSince, readAt: at }
  }

  /** All but what comes from the last look at the process. */
  const observe = async (options: ObserveOptions) => {
    const { pid } = options
    const statusText = files.text(pid, 'status')
    const status = statusText === undefined ? undefined : parseStatus(statusText)
    const cgroup = files.text(pid, 'cgroup')
    if (status === undefined || cgroup === undefined) return undefined
    const observed = begin(pid, status, cgroup, accounts)
    const own = await readOwn(options, status, observed)
    observed.holdings = own.holdings
    return { observed, own }
  }

  return async (options) => {
    const { pid, at, uptime } = options
    // What an earlier listing saw counts as the first look at its start.
    const known = options.known ?? readStat(pid)
    if (known === undefined) return undefined
    const { startTicks, isKernelThread } = known
    const seen = isKernelThread ? undefined : await observe(options)
    const last = readStat(pid)
    if (last === undefined || hasEnded(last) || last.startTicks !== startTicks) return undefined
    if (isKernelThread) return { remembered: { startTicks, isKernelThread } }
    if (seen === undefined) return undefined
    const { observed, own } = seen
    const age = uptime - (startTicks * 1000) / ticksPerSecond
    const use = measureUse({ last: options.known?.use, cpuTicks: last.cpuTicks, at, age })
    const { name, parentPid, sessionId } = last
    Object.assign(observed.process, {
      id: { pid, startTicks },
      name,
      parentPid,
      sessionId,
      cpuCores: use.cores,
    })
    return { remembered: { startTicks, isKernelThread, use, own }, observed }
  }
}

function begin(pid: number, status: StatusFields, cgroupText: string, accounts: Accounts): ObservedProcess {
  const { cgroup, unit, userUnit } = parseCgroup(cgroupText)
  return {
    process: {
      id: { pid, startTicks: 0 },
      parentPid: status.parentPid,
      sessionId: 0,
      userId: status.userId,
      user: accounts.nameOf(status.userId),
      unit,
      cgroup,
      name: status.name,
      arguments: [],
      cpuCores: 0,
      memoryBytes: status.memoryBytes,
      replicated: false,
      group: '',
    },
    userUnit,
    tracerPid: status.tracerPid,
    holdings: undefined,
  }
}
