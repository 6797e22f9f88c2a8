/** The words for what the agent answers in enumerations: the same on a terminal and in JSON. Pure. */
import type {
  Channel,
  Ending,
  GroupOrigin,
  GroupState,
  Process,
  ProcessId,
} from '../../../proto/generated/messages.ts'

/** `CHANNEL_UNIX_SOCKET` becomes `unix-socket`; a value that this version does not know stays readable too. */
export function channelWord(channel: Channel): string {
  return word(channel, 'CHANNEL_')
}

/** `declared`, `discovered` or `user`. */
export function originWord(origin: GroupOrigin): string {
  return word(origin, 'GROUP_ORIGIN_')
}

/** `running`, `frozen`, `stopped` or `foreign`. */
export function stateWord(state: GroupState): string {
  return word(state, 'GROUP_STATE_')
}

/** `gone`, `terminated`, `killed` or `still-running`. */
export function endingWord(ending: Ending): string {
  return word(ending, 'ENDING_')
}

/** What a process runs: its command line, or its name in brackets when it has none. */
export function commandOf(process: Process): string {
  return process.arguments.length > 0 ? process.arguments.join(' ') : `[${process.name}]`
}

/** Tells two processes apart that had the same pid one after the other. */
export function processKey(id: ProcessId | null): string {
  return id ? `${id.pid}-${id.startTicks}` : ''
}

function word(value: string | number, prefix: string): string {
  return String(value).replace(prefix, '').toLowerCase().replaceAll('_', '-')
}
