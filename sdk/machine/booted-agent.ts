import { stripVTControlCharacters } from 'node:util'
import { UnansweredError } from '../../proto/errors.ts'
import type { AgentClient } from '../guest/agent-client.ts'
import type { AgentSessions } from '../guest/agent-sessions.ts'
import type { Hypervisor } from '../hypervisor/hypervisor.ts'
import type { MachineRecord } from '../store/records.ts'

/**
 * From the start of a machine until its agent answers, in milliseconds. A guest with an emulated processor beside five others took 62
 * to 88 seconds on two processors, and once more than 120.
 */
export const longestBootMs = 300_000

/**
 * The session with the agent of a machine that boots.
 *
 * @param options.timeoutMs how long the boot may take. @default 300_000
 * @throws what connectAgent throws; when the agent does not answer in time, with the last lines of the machine's console: an operation
 * that is taken back deletes what it made, the console's log included
 */
export async function bootedAgent(options: {
  hypervisor: Pick<Hypervisor, 'lastOutput'>
  agents: AgentSessions
  machine: MachineRecord
  timeoutMs?: number | undefined
}): Promise<AgentClient> {
  const { hypervisor, agents, machine, timeoutMs = longestBootMs } = options
  try {
    return await agents.of(machine, timeoutMs)
  } catch (error) {
    if (!(error instanceof UnansweredError)) throw error
    const lines = lastLines(await hypervisor.lastOutput(machine))
    const said = lines.length === 0 ? 'Its console said nothing.' : 'Its console said last:'
    const { code, remedy } = error
    throw new UnansweredError({
      code,
      message: [`${error.message}. ${said}`, ...lines].join('\n'),
      remedy,
      cause: error,
    })
  }
}

const mostLines = 5
const longestLine = 200

/** The last lines of what a terminal was told, without what only a terminal understands. Pure. */
export function lastLines(output: string): string[] {
  return stripVTControlCharacters(output)
    .split(/[\r\n]+/)
    .map((line) => line.trim().slice(0, longestLine))
    .filter((line) => line !== '')
    .slice(-mostLines)
}
