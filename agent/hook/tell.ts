/** Tells one of those who want to know of a split. */
import type { ApplicationMessage } from '../../proto/application.ts'
import type { HookEvent, HookReport } from '../../proto/generated/messages.ts'
import { printable } from '../group/coupling/printable.ts'
import type { TellApplication } from './application.ts'
import type { RunCommand } from './command.ts'
import { broken, type Ending } from './ending.ts'
import { environmentOf } from './messages.ts'
import type { Hook } from './state-schema.ts'

export interface Tellers {
  runCommand: RunCommand
  tellApplication: TellApplication
}

const events: Record<ApplicationMessage['event'], { event: HookEvent; side: 'before' | 'after' }> = {
  beforeSplit: { event: 'HOOK_EVENT_BEFORE_SPLIT', side: 'before' },
  afterSplit: { event: 'HOOK_EVENT_AFTER_SPLIT', side: 'after' },
}

/** True when it wants to be told. An application always does. */
export function wants({ way }: Hook, side: 'before' | 'after'): boolean {
  return way.kind === 'application' || way[side] !== undefined
}

/** Never throws: what went wrong is in the report. Only for a hook that {@link wants} it. */
export async function tell(
  tellers: Tellers,
  { hook, message, signal }: { hook: Hook; message: ApplicationMessage; signal: AbortSignal },
): Promise<HookReport> {
  const begin = performance.now()
  const { event, side } = events[message.event]
  let ending: Ending
  try {
    ending = await reach(tellers, { hook, message, signal })
  } catch (error) {
    ending = broken(error instanceof Error ? error.message : String(error))
  }
  const { outcome, detail, output = '' } = ending
  const milliseconds = performance.now() - begin
  return { group: hook.group, event, hook: describe(hook, side), outcome, detail, output, milliseconds }
}

async function reach(
  { runCommand, tellApplication }: Tellers,
  { hook: { way }, message, signal }: { hook: Hook; message: ApplicationMessage; signal: AbortSignal },
): Promise<Ending> {
  if (way.kind === 'application') return tellApplication({ ...way, message, signal })
  const hook = way[events[message.event].side]
  if (hook === undefined) throw new Error('there is no such command')
  return runCommand({ hook, environment: environmentOf(message), signal })
}

function describe({ way }: Hook, side: 'before' | 'after'): string {
  if (way.kind === 'application') return `application ${way.name} (pid ${way.process.pid})`
  const { command = [], user = '' } = way[side] ?? {}
  return `command ${printable(command.join(' '))}, as ${user}`
}
