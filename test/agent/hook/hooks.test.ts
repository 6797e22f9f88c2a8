import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { openCgroupTree } from '../../../agent/group/control/cgroup.ts'
import { parseDeclaration } from '../../../agent/group/declaration/parse.ts'
import { tellApplication } from '../../../agent/hook/application.ts'
import { createCommandRunner } from '../../../agent/hook/command.ts'
import { createHooks } from '../../../agent/hook/hooks.ts'
import { openHookMemory } from '../../../agent/hook/memory.ts'
import type { Process } from '../../../proto/generated/messages.ts'
import { sampleProcess } from '../group/sample-facts.ts'

const tree = openCgroupTree()
/** Until the group's hook runs, too. */
const waits = (group: string) => `until grep -q 'before ${group}' $LOG; do sleep 0.01; done`
let guests = 0

/** A guest with groups a and b, whose hooks write down that they ran. */
async function createGuest(t: Test, scripts: Record<string, { before?: string; after?: string }>) {
  const folder = await mkdtemp(join(tmpdir(), 'cleave-hooks-'))
  t.teardown(() => rm(folder, { recursive: true }))
  chmodSync(folder, 0o777)
  const log = join(folder, 'log')
  const hook = (event: string, script = 'true') => {
    const line = `LOG=${log}; echo ${event} $CLEAVE_GROUP $CLEAVE_OUTCOME $CLEAVE_CHILD$CLEAVE_CHILDREN >> ${log}; ${script}`
    return `{ command: [/bin/sh, -c, ${JSON.stringify(line)}], user: daemon, timeoutSeconds: 10 }`
  }
  const declarations = Object.entries(scripts).map(([name, { before, after }]) => {
    const hooks = `{ beforeSplit: ${hook('before', before)}, afterSplit: ${hook('after', after)} }`
    const text = `match: { units: [${name}.service] }\nhooks: ${hooks}\n`
    const { declaration, problems } = parseDeclaration(text, `/g/${name}.yaml`)
    if (declaration === undefined) throw new Error(JSON.stringify(problems))
    return declaration
  })
  const processes: Process[] = Object.keys(scripts).map((name, index) =>
    sampleProcess(index + 2, { unit: `${name}.service`, group: name }),
  )
  const parent = `/cleave-test-guest-${process.pid}-${guests++}`
  const logged: unknown[] = []
  const start = () =>
    createHooks({
      survey: async (grouping) => ({
        // All are of one user.
        processes: processes.map((one) => (grouping === 'GROUPING_USER' ? { ...one, group: 'root' } : one)),
        declarations,
        applications: [],
      }),
      guest: {},
      memory: openHookMemory(folder),
      runCommand: createCommandRunner({ tree, parent }),
      tellApplication,
      log: (level, message, fields) => logged.push([level, message, fields]),
    })
  return {
    start,
    processes,
    logged,
    folder,
    /** Answers when the first one runs. */
    begun: async () => {
      for (let look = 0; look < 1000 && !existsSync(log); look++) await delay(10)
    },
    /** What ran since it was last asked, sorted: hooks run side by side. */
    ran: () => {
      const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []
      rmSync(log, { force: true })
      return lines.map((line) => line.trim().replace(/ +/g, ' ')).sort()
    },
  }
}

const children = [
  { name: 'front', groups: ['a'] },
  { name: 'back', groups: ['b'] },
]
const [front = { name: '', groups: [] }, back = front] = children
const grouping = 'GROUPING_UNSPECIFIED' as const
const request = { operationId: 'split-1', children, grouping }
const undone = { operationId: 'split-1', child: null, grouping }
const outcomes = (reports: readonly { group: string; outcome: string }[]) =>
  reports.map(({ group, outcome }) => `${group} ${outcome.replace('HOOK_OUTCOME_', '')}`)

t.test('before in the parent, after in the child that has the group, each once', async (t) => {
  const guest = await createGuest(t, { a: { before: 'echo flushed' }, b: {} })
  const { beforeSplit, afterSplit } = guest.start()
  const first = await beforeSplit(request)
  t.match(first, {
    groupsToTell: ['a', 'b'],
    reports: [
      {
        group: 'a',
        event: 'HOOK_EVENT_BEFORE_SPLIT',
        hook: /^command \/bin\/sh -c .*, as daemon$/,
        outcome: 'HOOK_OUTCOME_DONE',
        detail: '',
        output: 'flushed',
      },
      { group: 'b' },
    ],
  })
  t.same(guest.ran(), ['before a front', 'before b back'])
  t.match(guest.logged, [
    ['info', 'hook', { operation: 'split-1' }],
    ['info', 'hook'],
  ])
  t.match(JSON.stringify(guest.logged), '"output":"flushed"')
  t.same(await beforeSplit(request), first, 'asked again, it answers the same')
  t.same(guest.ran(), [], 'and does nothing')

  // The memory of the copy that became the child, under an agent that was started anew.
  const child = guest.start()
  const told = await child.afterSplit({ operationId: 'split-1', child: back, grouping })
  t.same(outcomes(told.reports), ['b DONE'])
  t.same(guest.ran(), ['after b split back'])
  t.same(await child.afterSplit({ operationId: 'split-1', child: back, grouping }), told)
  t.same(guest.ran(), [])
  await afterSplit({ operationId: 'split-1', child: front, grouping })
})

t.test('a refusal ends the others, and all who were asked are told', async (t) => {
  const guest = await createGuest(t, {
    a: { before: `${waits('b')}; echo busy; exit 3` },
    b: { before: 'sleep 1000' },
    c: {},
  })
  const { beforeSplit, afterSplit } = guest.start()
  const { reports } = await beforeSplit(request)
  t.same(outcomes(reports), ['a REFUSED', 'b CANCELLED'], 'c is no part of it')
  t.match(reports, [{ detail: 'exit code 3', output: 'busy' }, {}])
  t.match(guest.logged, [['warning'], ['warning']])
  t.same(guest.ran(), ['before a front', 'before b back'])
  t.same(outcomes((await afterSplit(undone)).reports), ['a DONE', 'b DONE'])
  t.same(guest.ran(), ['after a undone', 'after b undone'])
  await afterSplit(undone)
  t.same(guest.ran(), [], 'once')
  await t.rejects(beforeSplit(request), { code: 'OPERATION_RELEASED' })
  t.equal((await beforeSplit({ ...request, operationId: 'split-2' })).reports.length, 2)
})

t.test('what failed is done again when it is asked again, what is done is not', async (t) => {
  const guest = await createGuest(t, { a: {}, b: { before: `${waits('a')}; sleep 0.3; test -e $LOG.flag` } })
  const { beforeSplit } = guest.start()
  t.same(outcomes((await beforeSplit(request)).reports), ['a DONE', 'b REFUSED'])
  writeFileSync(join(guest.folder, 'log.flag'), '')
  t.same(outcomes((await beforeSplit(request)).reports), ['a DONE', 'b DONE'])
  t.same(guest.ran(), ['before a front', 'before b back', 'before b back'])
})

t.test('a split that is taken back does not wait for who is still asked', async (t) => {
  const guest = await createGuest(t, { a: { before: 'sleep 1000' } })
  const { beforeSplit, afterSplit } = guest.start()
  const asked = beforeSplit(request)
  await guest.begun()
  const told = await afterSplit(undone)
  t.same(outcomes((await asked).reports), ['a CANCELLED'])
  t.same(outcomes(told.reports), ['a DONE'])
  t.same(guest.ran(), ['after a undone', 'before a front'])
})

t.test('an agent that was started anew knows who was asked', async (t) => {
  const guest = await createGuest(t, { a: { before: 'sleep 1000' } })
  const asked = guest.start().beforeSplit(request)
  await guest.begun()
  guest.ran()
  const told = await guest.start().afterSplit(undone)
  t.same(outcomes(told.reports), ['a DONE'])
  t.same(guest.ran(), ['after a undone'])
  t.same(outcomes((await asked).reports), ['a REFUSED'], 'the command was ended')
  writeFileSync(join(guest.folder, 'run/cleave/hooks.json'), '{')
  t.throws(() => guest.start(), { code: 'BAD_HOOK_STATE' })
})

t.test('a split that nobody was asked about', async (t) => {
  const guest = await createGuest(t, { a: {}, b: {} })
  const { beforeSplit, afterSplit } = guest.start()
  t.same(await afterSplit(undone), { reports: [] })
  await t.rejects(beforeSplit(request), { code: 'OPERATION_RELEASED' }, 'it comes too late')
  guest.processes.length = 0
  t.same(await beforeSplit({ ...request, operationId: 'split-2' }), { reports: [], groupsToTell: [] })
  const booted = await afterSplit({ operationId: 'split-3', child: front, grouping })
  t.same(outcomes(booted.reports), ['a DONE'], 'a child that has booted since knows only its files')
  t.same(guest.ran(), ['after a split front'])
})

t.test('one that fails afterwards is reported, and tried again', async (t) => {
  const guest = await createGuest(t, { a: { after: 'echo down >&2; exit 1' } })
  const { beforeSplit, afterSplit } = guest.start()
  await beforeSplit(request)
  const { reports } = await afterSplit({ operationId: 'split-1', child: front, grouping })
  t.match(reports, [{ outcome: 'HOOK_OUTCOME_REFUSED', detail: 'exit code 1', output: 'down' }])
  guest.ran()
  await afterSplit({ operationId: 'split-1', child: front, grouping })
  t.same(guest.ran(), ['after a split front'])
})

t.test('what is no request', async (t) => {
  const { beforeSplit, afterSplit } = (await createGuest(t, {})).start()
  await t.rejects(beforeSplit({ ...request, operationId: '../x' }), { code: 'BAD_OPERATION_ID' })
  await t.rejects(beforeSplit({ ...request, children: [{ name: '/', groups: [] }] }), { code: 'BAD_NAME' })
  await t.rejects(afterSplit({ operationId: 'x', child: { name: 'a', groups: ['A'] }, grouping }), {
    code: 'BAD_NAME',
  })
})

t.test('groups of users: who is told goes where its processes go', async (t) => {
  const guest = await createGuest(t, { a: {}, b: {} })
  const { beforeSplit, afterSplit } = guest.start()
  const byUser = [
    { name: 'front', groups: ['mail'] },
    { name: 'back', groups: ['root'] },
  ]
  await beforeSplit({ operationId: 'split-1', children: byUser, grouping: 'GROUPING_USER' })
  t.same(guest.ran(), ['before a back', 'before b back'])
  for (const child of byUser) await afterSplit({ operationId: 'split-1', child, grouping: 'GROUPING_USER' })
  t.same(guest.ran(), ['after a split back', 'after b split back'])
})
