/** Which declared groups a process belongs to. Pure. */
import type { Process } from '../../../proto/generated/messages.ts'
import { commandText } from './pattern.ts'
import type { Declaration } from './types.ts'

/** The names of the groups that a process matches, in the order of their declarations. */
export type MatchGroups = (process: Process) => string[]

export function createMatcher(declarations: readonly Declaration[]): MatchGroups {
  const tests = declarations.map(({ name, match }) => {
    const units = new Set(match.units)
    const users = new Set(match.users)
    const pids = new Set(match.pids)
    const matches = (process: Process, command: () => string) =>
      units.has(process.unit) ||
      users.has(process.user) ||
      users.has(String(process.userId)) ||
      pids.has(process.id?.pid ?? 0) ||
      match.cgroups.some((cgroup) => `${process.cgroup}/`.startsWith(`${cgroup}/`)) ||
      match.commands.some((pattern) => pattern.test(command()))
    return { name, matches }
  })
  return (process) => {
    let text: string | undefined
    const command = () => {
      text ??= commandText(process.arguments)
      return text
    }
    return tests.filter(({ matches }) => matches(process, command)).map(({ name }) => name)
  }
}
