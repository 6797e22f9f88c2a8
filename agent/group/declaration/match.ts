/** Which declared groups a process belongs to. Pure. */
import type { Process } from '../../../proto/generated/messages.ts'
import { commandText } from './pattern.ts'
import type { Application, Declaration } from './types.ts'

/**
 * The names of the groups that a process matches, in the order of their declarations. What an admin declared comes
 * before what applications did: an application whose process is in an admin's group has none of its own.
 */
export type MatchGroups = (process: Process) => string[]

export function createMatcher(declarations: readonly Declaration[]): MatchGroups {
  const tests = declarations.map(({ name, match, application }) => {
    const units = new Set(match.units)
    const users = new Set(match.users)
    const pids = new Set(match.pids)
    const matches = (process: Process, command: () => string) =>
      mayHave(application, process) &&
      (units.has(process.unit) ||
        users.has(process.user) ||
        users.has(String(process.userId)) ||
        pids.has(process.id?.pid ?? 0) ||
        match.cgroups.some((cgroup) => `${process.cgroup}/`.startsWith(`${cgroup}/`)) ||
        match.commands.some((pattern) => pattern.test(command())))
    return { name, application, matches }
  })
  return (process) => {
    let text: string | undefined
    const command = () => {
      text ??= commandText(process.arguments)
      return text
    }
    const found = tests.filter(({ matches }) => matches(process, command))
    const admins = found.filter(({ application }) => application === undefined)
    if (admins.length > 0) return admins.map(({ name }) => name)
    const own = found.filter(({ application }) => application?.process.pid === process.id?.pid)
    return [...new Set([...own, ...found])].map(({ name }) => name)
  }
}

/** Of an application's group only processes of its user can be. */
export function mayHave(application: Application | undefined, process: Process): boolean {
  return application === undefined || application.userId === process.userId
}
