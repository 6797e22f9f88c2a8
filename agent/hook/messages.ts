/** What is said about a split. Pure. */
import type { AfterSplitMessage, ApplicationMessage, BeforeSplitMessage } from '../../proto/application.ts'
import type { ChildGroups } from '../../proto/generated/messages.ts'
import type { Hook } from './state-schema.ts'

/** True when the hook is about a group that goes on in the child. */
export function isAbout({ groups }: Hook, child: ChildGroups): boolean {
  return groups.some((group) => child.groups.includes(group))
}

export function beforeMessage(
  hook: Hook,
  operation: string,
  children: readonly ChildGroups[],
): BeforeSplitMessage {
  return {
    event: 'beforeSplit',
    operation,
    group: hook.group,
    children: children.filter((child) => isAbout(hook, child)).map(({ name }) => name),
  }
}

/** @param child undefined when the split was taken back */
export function afterMessage(
  hook: Hook,
  operation: string,
  child: ChildGroups | undefined,
): AfterSplitMessage {
  return {
    event: 'afterSplit',
    operation,
    group: hook.group,
    outcome: child === undefined ? 'undone' : 'split',
    child: child?.name ?? '',
    groups: child?.groups ?? [],
  }
}

/** The same for a command: `CLEAVE_` and the name of each field in capitals, lists with a space between each two. */
export function environmentOf(message: ApplicationMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(message).map(([key, value]) => [
      `CLEAVE_${key.toUpperCase()}`,
      Array.isArray(value) ? value.join(' ') : String(value),
    ]),
  )
}
