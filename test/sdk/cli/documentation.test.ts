/** docs/cli.md names what there is. */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import t from 'tap'
import type { HookReport } from '../../../proto/generated/messages.ts'
import { diskDocument } from '../../../sdk/cli/documents/disk.ts'
import { groupsDocument } from '../../../sdk/cli/documents/groups.ts'
import { machineDocument } from '../../../sdk/cli/documents/machine.ts'
import { operationDocument } from '../../../sdk/cli/documents/operation.ts'
import { leadingDocument, publisherDocument, routeDocument } from '../../../sdk/cli/documents/routes.ts'
import { exitCodes } from '../../../sdk/cli/frame/exit-code.ts'
import { createProgram } from '../../../sdk/cli/program.ts'
import { toHookRecords } from '../../../sdk/operation/split/hook-records.ts'
import { definitionOf } from '../routes/support/definition.ts'
import { machineRecord } from '../store/machine-record.ts'
import { listed } from './guest.ts'

const page = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8')
const rows = page.split('\n').filter((line) => line.startsWith('|'))

function leaves(command: Command, path: readonly string[] = []): { command: Command; path: string }[] {
  if (command.commands.length === 0) return [{ command, path: path.join(' ') }]
  return command.commands.flatMap((child) => leaves(child, [...path, child.name()]))
}

t.test('every command, and every option', async (t) => {
  const program = createProgram()
  for (const { command, path } of leaves(program)) {
    t.ok(page.includes(`\`${path}`) || path === 'operations list' || path === 'routes list', path)
    for (const { long } of command.options) t.ok(page.includes(String(long)), `${path} ${long}`)
  }
  for (const { long } of program.options)
    t.ok(page.includes(String(long)) || long === '--version', String(long))
})

t.test('every exit code', async (t) => {
  const documented = rows
    .flatMap((row) => Number(/^\| (\d+) \|/.exec(row)?.[1] ?? 'NaN'))
    .filter(Number.isInteger)
  t.same(documented, [0, ...Object.values(exitCodes)])
})

t.test('the fields of each part', async (t) => {
  const fieldsOf = (part: string) => rows.find((row) => row.startsWith(`| ${part} |`))?.split('`')[1] ?? ''
  const names = (part: string) =>
    fieldsOf(part)
      .replace(/: (\[?\{[^}]*\}\]?)/g, '')
      .split(', ')
  const groups = groupsDocument('vm', listed)
  t.same(names('machine'), Object.keys(machineDocument(machineRecord(), 'absent')))
  t.same(names('group').sort(), Object.keys(groups.groups[0] ?? {}).sort())
  t.same(names('process'), Object.keys(groups.processes[0] ?? {}))
  const disk = { name: 'mail', sizeBytes: 512, image: '/mail.qcow2', createdAt: 1 }
  t.same(names('disk'), Object.keys(diskDocument(disk, [])))
  const report: HookReport = {
    group: 'shop',
    event: 'HOOK_EVENT_BEFORE_SPLIT',
    hook: 'command',
    outcome: 'HOOK_OUTCOME_DONE',
    detail: '',
    output: '',
    milliseconds: 1,
  }
  const operation = operationDocument(
    {
      id: 'split-1',
      kind: 'split',
      state: 'done',
      machine: 'vm',
      owner: { pid: 1, startTicks: 1 },
      plan: {},
      startedAt: 0,
    },
    true,
  )
  const published = publisherDocument({
    publisher: 'edge',
    state: 'missing',
    published: undefined,
    error: undefined,
  })
  t.same(names('publisher'), Object.keys(published))
  const route = routeDocument({ definition: definitionOf(), backends: [], heldBy: undefined, publishers: [] })
  t.same(names('route'), Object.keys(route))
  const planned = { definition: definitionOf(), before: [], after: [], drainMilliseconds: 0, restarts: false }
  const leading = leadingDocument({ routes: [planned], addresses: [] })
  t.same(names('planned route'), Object.keys(leading.routes[0] ?? {}))
  t.same(names('operation'), Object.keys(operation))
  t.same(names('hook'), Object.keys(toHookRecords([report], '')[0] ?? {}))
})
