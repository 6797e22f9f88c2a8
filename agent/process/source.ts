/** What every source of processes offers. */
import type { Process } from '../../proto/generated/messages.ts'
import type { OpenFiles } from './open-files.ts'
import type { SharedMapping } from './shared-mappings.ts'

/** What a process holds that others may hold too. */
export interface Holdings extends OpenFiles {
  mappings: readonly SharedMapping[]
  /** Of the sockets, empty when there are none. */
  networkNamespace: string
}

export interface ObservedProcess {
  /** `replicated` and `group` are for others to fill: a source knows nothing of groups. */
  process: Process
  /** The unit of a user's own systemd, empty when there is none. */
  userUnit: string
  /** The process that traces it, 0 for none. */
  tracerPid: number
  /** Undefined when it was not asked for, or the source can't tell. */
  holdings: Holdings | undefined
}

export interface ProcessSnapshot {
  /** By rising pid, without kernel threads and zombies. */
  processes: ObservedProcess[]
  /** Pids of those that the system did not let the agent read whole. */
  denied: number[]
}

export interface ListOptions {
  /**
   * Says of a process whether to look at what it holds, which is the larger part of the work.
   *
   * @default none
   */
  inspect?: (observed: ObservedProcess) => boolean
}

export interface ProcessSource {
  /** False when {@link ListOptions.inspect} is of no use. */
  readonly seesHoldings: boolean
  /**
   * Lists the processes. Each is the same one in all its fields; what ended meanwhile is left out.
   *
   * @throws UnavailableError `PROCESSES_UNREADABLE`
   */
  list(options?: ListOptions): Promise<ProcessSnapshot>
}
