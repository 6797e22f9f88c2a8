/** Picks the source of processes that this system has. */
import { existsSync } from 'node:fs'
import { createPortableSource } from './portable.ts'
import { createProcSource } from './proc-source.ts'
import type { ProcessSource } from './source.ts'

export interface SourceOptions {
  /** @default '/proc' */
  procRoot?: string
  /** @default '/etc/passwd' */
  accountsFile?: string
  /**
   * How long a listing holds the event loop at a time, in milliseconds.
   *
   * @default 5
   */
  longestHold?: number
}

/** Reads /proc where there is one; elsewhere it asks the system's own tools, which know less. */
export function createProcessSource(options: SourceOptions = {}): ProcessSource {
  const { procRoot = '/proc', accountsFile = '/etc/passwd', longestHold = 5 } = options
  if (!existsSync(`${procRoot}/self/stat`)) return createPortableSource({ accountsFile })
  return createProcSource({ procRoot, accountsFile, longestHold })
}
