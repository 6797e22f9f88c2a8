/** Who is told of a split. Pure. */
import type { ChildGroups, Process } from '../../proto/generated/messages.ts'
import type { Hooks } from '../group/declaration/hook-schema.ts'
import { createMatcher } from '../group/declaration/match.ts'
import type { Declaration } from '../group/declaration/types.ts'
import type { Hook } from './state-schema.ts'

/** The part of a survey that it depends on. */
export interface HookSurvey {
  /** Infrastructure included. */
  processes: readonly Process[]
  declarations: readonly Declaration[]
  applications: readonly Declaration[]
}

export interface PlanOptions {
  survey: HookSurvey
  /** Those of the whole guest. */
  guest: Hooks
  children: readonly ChildGroups[]
  /** Whether a group is told of which no process runs. */
  whenStopped: 'told' | 'left-out'
}

/** Those whose processes are in a group of the children. */
export function planHooks({ survey, guest, children, whenStopped }: PlanOptions): Hook[] {
  const planned = new Set(children.flatMap(({ groups }) => groups))
  const workload = survey.processes.filter(({ replicated }) => !replicated)
  const admins = survey.declarations.filter(({ application }) => application === undefined)
  const hooks = [
    ...commandsOf(guest).map((way) => ({ group: '', groups: [...planned], way })),
    ...admins.flatMap((declaration) => {
      const { name } = declaration
      const groups = groupsOf(declaration, workload)
      const own = groups.length === 0 && whenStopped === 'told' ? [name] : groups
      return commandsOf(declaration.hooks).map((way) => ({ group: name, groups: own, way }))
    }),
    ...survey.applications.flatMap((declaration) => ofApplication(declaration, workload)),
  ]
  return hooks
    .map((hook) => ({ ...hook, groups: hook.groups.filter((group) => planned.has(group)) }))
    .filter(({ groups }) => groups.length > 0)
}

function commandsOf({ beforeSplit, afterSplit }: Hooks): Hook['way'][] {
  if (beforeSplit === undefined && afterSplit === undefined) return []
  return [{ kind: 'commands', before: beforeSplit, after: afterSplit }]
}

/** Where the processes are that match it: mostly its own group, but a guest may be parted by users as well. */
function groupsOf(declaration: Declaration, workload: readonly Process[]): string[] {
  if (commandsOf(declaration.hooks).length === 0) return []
  const matches = createMatcher([declaration])
  return [...new Set(workload.filter((process) => matches(process).length > 0).map(({ group }) => group))]
}

/** Where the process is that declared it, whoever declared that group. */
function ofApplication({ name, application, hooks }: Declaration, workload: readonly Process[]): Hook[] {
  if (application === undefined) return []
  const { process, socket, userId } = application
  const group = workload.find(({ id }) => id?.pid === process.pid)?.group ?? ''
  const ways: Hook['way'][] =
    socket === undefined
      ? commandsOf(hooks)
      : [{ kind: 'application', name, socket, userId, process: { ...process } }]
  return group === '' ? [] : ways.map((way) => ({ group, groups: [group], way }))
}
