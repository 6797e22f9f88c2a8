/** The result of a split for people. Pure. */
import { hasFailed } from '../../operation/split/hook-records.ts'
import type { ChildResult, SplitResult } from '../../operation/split/result.ts'
import { hookFailure } from './hooks.ts'
import type { Look } from './look.ts'
import { printable } from './printable.ts'
import { type Column, table } from './table.ts'
import { duration } from './units.ts'

const columns: readonly Column<ChildResult>[] = [
  { title: 'CHILD', text: ({ name }) => name },
  { title: 'ADDRESS', text: ({ address }) => address },
  { title: 'GROUPS', text: ({ groups }) => groups.join(', ') },
]

export function splitSummary(result: SplitResult, look: Look): string {
  const { twin, pauseMs, frozenMs, readyMs } = result
  const missing = result.children.flatMap(({ name, identity }) =>
    identity
      .filter(({ done }) => !done)
      .map(({ item, detail }) => printable(`${name} has not got a new ${item}: ${detail}`)),
  )
  const failures = [...result.hooks, ...result.children.flatMap(({ hooks }) => hooks)]
    .filter(hasFailed)
    .map((record) => printable(hookFailure(record)))
  return [
    table(result.children, columns, look),
    '',
    ...(twin === null
      ? []
      : [
          `moved in ${duration(twin.totalMs)} to a process that can be forked, down for ${duration(twin.downtimeMs)}`,
        ]),
    `pause ${duration(pauseMs)}, groups frozen for ${duration(frozenMs)}, ready after ${duration(readyMs)}`,
    ...[...missing, ...failures].map((line) => look.paint('yellow', line)),
  ].join('\n')
}
