/** The result of a split for people. Pure. */

import { failureText } from '../../operation/failure-records.ts'
import { hasFailed } from '../../operation/split/hook-records.ts'
import type { ChildResult, SplitResult } from '../../operation/split/result.ts'
import { hookFailure } from './hooks.ts'
import type { Look } from './look.ts'
import { printable } from './printable.ts'
import { reachedAt } from './reach.ts'
import { type Column, table } from './table.ts'
import { duration } from './units.ts'

const columns: readonly Column<ChildResult>[] = [
  { title: 'CHILD', text: ({ name }) => name },
  { title: 'ADDRESS', text: reachedAt },
  { title: 'GROUPS', text: ({ groups }) => groups.join(', ') },
]

export function splitSummary(result: SplitResult, look: Look): string {
  const missing = result.children.flatMap(({ name, identity }) =>
    identity
      .filter(({ done }) => !done)
      .map(({ item, detail }) => `${name} has not got a new ${item}: ${detail}`),
  )
  const failed = result.children.flatMap(({ name, failures }) =>
    failures.map((failure) => failureText({ ...failure, machine: name })),
  )
  const hooks = [...result.hooks, ...result.children.flatMap(({ hooks }) => hooks)]
    .filter(hasFailed)
    .map(hookFailure)
  return [
    table(result.children, columns, look),
    '',
    ...timeLines(result),
    ...[...missing, ...hooks].map((line) => look.paint('yellow', printable(line))),
    ...failed.map((line) => look.paint('red', printable(line))),
  ].join('\n')
}

function timeLines({ twin, pauseMs, frozenMs, disksMs, downMs, readyMs }: SplitResult): string[] {
  if (pauseMs === null || frozenMs === null) {
    const disks = disksMs === null ? '' : `disks made in ${duration(disksMs)}, `
    const down = downMs === null ? '' : `groups down for ${duration(downMs)}, `
    return [`${disks}${down}ready after ${duration(readyMs)}`]
  }
  const moved =
    twin === null
      ? []
      : [
          `moved in ${duration(twin.totalMs)} to a process that can be forked, down for ${duration(twin.downtimeMs)}`,
        ]
  const pause = `pause ${duration(pauseMs)}, groups frozen for ${duration(frozenMs)}`
  return [...moved, `${pause}, ready after ${duration(readyMs)}`]
}
