/** What all clients have in common. */
import type { Deadlines } from './deadlines.ts'
import type { AccessLog } from './observing/access-log.ts'
import type { Log } from './observing/log.ts'
import type { Settings } from './settings.ts'

export interface Context {
  /** Of now: they are read again at SIGHUP. */
  settings: Settings
  readonly deadlines: Deadlines
  readonly accessLog: AccessLog
  readonly log: Log
  /** It takes no new work: clients are told to go when they are done. */
  draining: boolean
}
