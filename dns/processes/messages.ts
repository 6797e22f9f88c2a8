/** What the first process and the others tell each other. */
import type { Client } from '../answer/respond.ts'
import type { ZoneChange } from '../authority.ts'
import type { DnsConfig } from '../config.ts'

export type ToWorker =
  | { kind: 'start'; config: DnsConfig; zones: readonly ZoneChange[] }
  | { kind: 'change'; number: number; changes: readonly ZoneChange[] }
  | { kind: 'updated'; number: number; reply: Buffer }
  | { kind: 'reload' }

export type FromWorker =
  | { kind: 'ready' }
  | { kind: 'serving' }
  | { kind: 'failed'; code: string; message: string; remedy: string }
  | { kind: 'changed'; number: number }
  | { kind: 'update'; number: number; bytes: Buffer; client: Client }
