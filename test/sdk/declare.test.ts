import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readProcessStatus } from '../../agent/group/control/process-status.ts'
import { createApplicationReader } from '../../agent/group/declaration/applications.ts'
import { tellApplication } from '../../agent/hook/application.ts'
import type { ApplicationMessage } from '../../proto/application.ts'
import { type DeclareOptions, declareGroup } from '../../sdk/declare.ts'

const before: ApplicationMessage = {
  event: 'beforeSplit',
  operation: 'split-1',
  group: 'shop',
  children: ['front'],
}
const after: ApplicationMessage = {
  event: 'afterSplit',
  operation: 'split-1',
  group: 'shop',
  outcome: 'split',
  child: 'front',
  groups: ['shop', 'mail'],
}

/** The folder, and what the agent says of it. */
async function createAgent(t: Test) {
  const folder = await mkdtemp(join(tmpdir(), 'cleave-declare-'))
  t.teardown(() => rm(folder, { recursive: true }))
  chmodSync(folder, 0o1777)
  const reader = createApplicationReader({ folder })
  return {
    folder,
    read: () => reader.read(),
    async declare(options: Partial<DeclareOptions> = {}) {
      const group = await declareGroup({ name: 'shop', folder, ...options })
      t.teardown(() => group.withdraw())
      return group
    },
    async tell(message: ApplicationMessage, bounds = { first: 5, whole: 10 }) {
      const [declaration] = reader.read().declarations
      const { socket = '', userId = -1, process: id } = declaration?.application ?? {}
      const { signal } = new AbortController()
      return tellApplication({
        socket,
        userId,
        process: id ?? { pid: 0, startTicks: 0 },
        message,
        signal,
        bounds,
      })
    },
  }
}

t.test('what it declares is what the agent reads', async (t) => {
  const { folder, read, declare } = await createAgent(t)
  const group = await declare({
    match: { commands: ['^/srv/shop '], pids: [7] },
    endpoints: [{ name: 'http', protocol: 'tcp', port: 80 }],
  })
  t.same([group.name, group.file], ['shop', join(folder, 'shop.json')])
  const startTicks = readProcessStatus(process.pid)?.startTicks
  t.match(read(), {
    problems: [],
    declarations: [
      {
        name: 'shop',
        application: {
          userId: 0,
          process: { pid: process.pid, startTicks },
          socket: join(folder, 'shop.sock'),
        },
        match: { pids: [process.pid, 7], commands: [{ source: '^\\/srv\\/shop ' }] },
        endpoints: [{ name: 'http', protocol: 'tcp', port: 80 }],
      },
    ],
  })
  await group.withdraw()
  t.same(readdirSync(folder), [], 'nothing is left')
  await group.withdraw()
})

t.test('nobody else can say that a split comes, whatever the umask', async (t) => {
  const mask = process.umask(0)
  t.teardown(() => void process.umask(mask))
  const { folder, declare } = await createAgent(t)
  await declare()
  t.equal(statSync(join(folder, 'shop.sock')).mode & 0o777, 0o600)
  t.equal(statSync(join(folder, 'shop.json')).mode & 0o022, 0)
  t.equal(process.umask(), 0)
})

t.test('it is told, and what it does decides', async (t) => {
  const { declare, tell } = await createAgent(t)
  const told: unknown[] = []
  await declare({
    async beforeSplit({ wait, ...event }) {
      wait(20)
      await new Promise((resolve) => setTimeout(resolve, 1500))
      told.push(event)
    },
    afterSplit({ wait: _, ...event }) {
      told.push(event)
      throw new Error(`no database\n${'x'.repeat(10_000)}`)
    },
  })
  t.match(await tell(before, { first: 1, whole: 30 }), { outcome: 'HOOK_OUTCOME_DONE' }, 'it asked for time')
  t.match(await tell(after), { outcome: 'HOOK_OUTCOME_REFUSED', detail: /^no database\\u\{a\}xxx/ })
  t.same(told, [before, after])
})

t.test('one without hooks goes on at once', async (t) => {
  const { declare, tell } = await createAgent(t)
  await declare()
  t.match(await tell(before), { outcome: 'HOOK_OUTCOME_DONE' })
  t.match(await tell(after), { outcome: 'HOOK_OUTCOME_DONE' })
})

t.test('a connection that says something else does nothing', async (t) => {
  const { folder, declare, tell } = await createAgent(t)
  let calls = 0
  await declare({ beforeSplit: () => void calls++, afterSplit: () => void calls++ })
  for (const text of ['\n', 'x\n', '{"event":"beforeLunch"}\n', 'null\n', 'x'.repeat(1_000_000)]) {
    const socket = connect(join(folder, 'shop.sock'))
    socket.on('error', () => {})
    socket.write(text)
    await new Promise((resolve) => socket.once('close', resolve).resume())
  }
  const silent = connect(join(folder, 'shop.sock'))
  t.teardown(() => silent.destroy())
  t.equal(calls, 0)
  t.match(await tell(before), { outcome: 'HOOK_OUTCOME_DONE' })
  t.equal(calls, 1)
})

t.test('what an earlier process left is replaced', async (t) => {
  const { folder, read, declare, tell } = await createAgent(t)
  writeFileSync(join(folder, 'shop.json'), 'x')
  writeFileSync(join(folder, 'shop.sock'), '')
  await declare()
  t.equal(read().declarations.length, 1)
  t.match(await tell(before), { outcome: 'HOOK_OUTCOME_DONE' })
})

t.test('what can not be declared', async (t) => {
  const { folder, declare } = await createAgent(t)
  await t.rejects(declareGroup({ name: 'A b' }), { code: 'BAD_NAME' })
  await t.rejects(declareGroup({ name: 'shop', folder: '/nowhere' }), {
    code: 'NOT_DECLARED',
    message: /shop can't be declared in \/nowhere\/shop.json: .*ENOENT|EACCES/,
    remedy: /cleave-agent is installed/,
  })
  mkdirSync(join(folder, 'shop.json'))
  await t.rejects(declare(), { code: 'NOT_DECLARED' })
  t.notOk(existsSync(join(folder, 'shop.sock')), 'it does not listen either')
})
