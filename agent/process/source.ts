/** What every source of processes offers, and the choice of one. */
import { existsSync } from 'node:fs'
import type { Process } from '../../proto/generated/messages.ts'
import type { OpenFiles } from './open-files.ts'
import { createPortableSource } from './portable.ts'
import { createProcSource } from './proc-source.ts'
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

export interface SourceOptions {
  /** @default '/proc' */
  procRoot?: string
  /** @default '/etc/passwd' */
  accountsFile?: string
  /**
   * How long a listing holds the event loop at a time, in milliseconds.
   *
   * @default 8
   */
  longestHold?: number
}

/** Reads /proc where there is one; elsewhere it asks the system's own tools, which know less. */
export function createProcessSource(options: SourceOptions = {}): ProcessSource {
  const { procRoot = '/proc', accountsFile = '/etc/passwd', longestHold = 8 } = options
  if (!existsSync(`${procRoot}/self/stat`)) return createPortableSource({ accountsFile })
  return createProcSource({ procRoot, accountsFile, longestHold })
}
