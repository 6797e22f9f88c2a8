/** The programs of docs/hooks.md, told of splits by the agent's own code. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { build } from 'esbuild'
import t, { type Test } from 'tap'
import { openCgroupTree } from '../../agent/group/control/cgroup.ts'
import { createApplicationReader } from '../../agent/group/declaration/applications.ts'
import { createSurvey } from '../../agent/group/survey.ts'
import { tellApplication } from '../../agent/hook/application.ts'
import { createCommandRunner } from '../../agent/hook/command.ts'
import { createHooks } from '../../agent/hook/hooks.ts'
import { openHookMemory } from '../../agent/hook/memory.ts'
import { packageRoot } from '../../packaging/package-root.ts'

const examples = join(packageRoot(), 'docs/examples')
const tree = openCgroupTree()
// Not nobody, whose processes other tests count.
const daemon = 1

async function createGuest(t: Test) {
  const root = await mkdtemp(join(tmpdir(), 'cleave-examples-'))
  t.teardown(() => rm(root, { recursive: true }))
  chmodSync(root, 0o755)
  const folder = join(root, 'declared')
  const own = join(root, 'own')
  mkdirSync(folder)
  chmodSync(folder, 0o1777)
  mkdirSync(own)
  chmodSync(own, 0o777)
  const applications = createApplicationReader({ folder })
  const { survey } = createSurvey({ groupsFolder: join(root, 'groups.d'), applications })
  const runCommand = createCommandRunner({ tree, parent: `/cleave-test-examples-${process.pid}` })
  const memory = openHookMemory(root)
  const hooks = createHooks({ survey, guest: {}, memory, runCommand, tellApplication, log: () => {} })
  return {
    root,
    folder,
    own,
    survey,
    hooks,
    lines: () => readFileSync(join(own, 'log'), 'utf8').trim().split('\n'),
  }
}

function start(t: Test, words: readonly string[], userId: number): void {
  const [file = '', ...rest] = words
  const identity = { uid: userId, gid: userId }
  const child: ChildProcess = spawn(file, rest, { cwd: '/', stdio: 'inherit', detached: true, ...identity })
  t.teardown(async () => {
    const ended = child.exitCode ?? child.signalCode ?? once(child, 'exit')
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    await ended
  })
}

async function until(isSo: () => boolean): Promise<void> {
  for (let look = 0; look < 1000; look++) {
    if (isSo()) return
    await delay(10)
  }
  throw new Error(`${isSo} did not come`)
}

/** What it has done, when it has done more. */
async function progress(own: string): Promise<number> {
  const file = join(own, 'done')
  const read = () => (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0)
  const before = read()
  await until(() => read() > before)
  return read()
}

async function isTold(t: Test, name: string, guest: Awaited<ReturnType<typeof createGuest>>): Promise<void> {
  const { own, folder, hooks, survey, lines } = guest
  await until(() => existsSync(join(folder, `${name}.json`)))
  await progress(own)
  const { groups, problems } = await survey()
  t.match(
    groups.find((group) => group.name === name),
    { origin: 'GROUP_ORIGIN_DECLARED', declaredIn: join(folder, `${name}.json`) },
    problems.join('\n'),
  )
  const children = [
    { name: 'front', groups: [name] },
    { name: 'back', groups: [] },
  ]
  const grouping = 'GROUPING_COUPLING' as const
  const request = { operationId: 'split-1', children, grouping }
  t.match(await hooks.beforeSplit(request), {
    reports: [{ group: name, outcome: 'HOOK_OUTCOME_DONE', detail: '' }],
    groupsToTell: [name],
  })
  t.match(lines(), [/^paused after \d+ for front$/])
  const [, paused] = /after (\d+)/.exec(lines()[0] ?? '') ?? []
  await delay(300)
  t.equal(readFileSync(join(own, 'done'), 'utf8').trim(), paused, 'it works no more')

  const [front = null, back = null] = children
  t.same(await hooks.afterSplit({ operationId: 'split-1', child: back, grouping }), { reports: [] })
  t.match(await hooks.afterSplit({ operationId: 'split-1', child: front, grouping }), {
    reports: [{ outcome: 'HOOK_OUTCOME_DONE' }],
  })
  t.equal(lines().at(-1), 'goes on in front')
  t.ok((await progress(own)) > Number(paused))

  writeFileSync(join(own, 'backup'), '')
  const refused = await hooks.beforeSplit({ ...request, operationId: 'split-2' })
  t.match(refused.reports, [{ outcome: 'HOOK_OUTCOME_REFUSED' }])
  t.match(`${refused.reports[0]?.detail} ${refused.reports[0]?.output}`, 'a backup runs')
  rmSync(join(own, 'backup'))
  t.match(await hooks.afterSplit({ operationId: 'split-2', child: null, grouping }), {
    reports: [{ outcome: 'HOOK_OUTCOME_DONE' }],
  })
  t.equal(lines().at(-1), 'goes on as before')
  await progress(own)
}

t.test('Node', async (t) => {
  const guest = await createGuest(t)
  const program = join(guest.root, 'queue.mjs')
  const { metafile } = await build({
    entryPoints: [join(examples, 'queue.mjs')],
    alias: { 'cleave-vm/declare': join(packageRoot(), 'sdk/declare.ts') },
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    metafile: true,
    logLevel: 'error',
  })
  t.same(
    Object.keys(metafile.inputs).filter((input) => /node_modules|agent\//.test(input)),
    [],
    'it needs no package',
  )
  start(t, [process.execPath, program, guest.own, guest.folder], 0)
  await isTold(t, 'root', guest)
})

for (const [language, file] of Object.entries({ Python: 'queue.py', shell: 'queue.sh' })) {
  t.test(language, async (t) => {
    const guest = await createGuest(t)
    const program = join(guest.root, file)
    copyFileSync(join(examples, file), program)
    chmodSync(program, 0o755)
    start(t, [program, guest.own, guest.folder], daemon)
    await isTold(t, 'daemon', guest)
  })
}

t.test('the page has them as they are', async (t) => {
  const page = readFileSync(join(packageRoot(), 'docs/hooks.md'), 'utf8')
  for (const file of ['queue.mjs', 'queue.py', 'queue.sh']) t.match(page, `(examples/${file})`)
})
