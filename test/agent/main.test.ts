import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa, type Options } from 'execa'
import t, { type Test } from 'tap'
import { waitForAgent } from './wait-for-agent.ts'

const program = join(import.meta.dirname, '../../agent/main.ts')

function run(args: string[], options: Options = {}) {
  return execa(process.execPath, [program, ...args], { reject: false, timeout: 30_000, ...options })
}

async function makeFolder(t: Test, files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cleave-main-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await mkdir(join(folder, 'groups.d'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

t.test('--version is the version of the package', async (t) => {
  const { version } = JSON.parse(await readFile(join(program, '../../package.json'), 'utf8'))
  const { stdout, exitCode } = await run(['--version'])
  t.same([stdout, exitCode], [version, 0])
})

t.test('--help, and an option that there is not', async (t) => {
  t.match(await run(['--help']), { stdout: /--check/, exitCode: 0 })
  t.match(await run(['--chek']), { stderr: /--chek/, exitCode: 2 })
})

t.test('--check passes what can be used', async (t) => {
  const folder = await makeFolder(t, { 'groups.d/shop.yaml': 'match: { units: [nginx.service] }\n' })
  await writeFile(join(folder, 'agent.yaml'), `groupsFolder: ${folder}/groups.d\n`)
  const { stdout, stderr, exitCode } = await run(['--check', '--config', join(folder, 'agent.yaml')])
  t.same([stdout, stderr, exitCode], ['groups: shop', '', 0])
})

t.test('--check names each mistake with file and line', async (t) => {
  const folder = await makeFolder(t, {
    'groups.d/shop.yaml': 'match:\n  units: [nginx.service]\nports: [80]\n',
    'groups.d/mail.yaml': 'match: { users: [mail] }\n',
  })
  const config = join(folder, 'agent.yaml')
  await writeFile(config, `groupsFolder: ${folder}/groups.d\n`)
  const groups = await run(['--check', '--config', config])
  t.match(groups, {
    exitCode: 1,
    stderr: `${folder}/groups.d/shop.yaml:3:1: unknown key "ports"`,
    stdout: 'groups: mail',
  })

  await writeFile(config, 'log:\n  level: loud\n')
  t.match(await run(['--check', '--config', config]), {
    exitCode: 1,
    stderr: /agent\.yaml:2:3: log\.level: /,
  })
  t.match(await run(['--config', config]), { exitCode: 2, stderr: /agent\.yaml:2:3: log\.level: / })
})

t.test('it serves until SIGTERM, and a second one does not start beside it', async (t) => {
  const folder = await makeFolder(t, {})
  const socketPath = join(folder, 'agent.sock')
  const config = join(folder, 'agent.yaml')
  await writeFile(
    config,
    `groupsFolder: ${folder}/groups.d\nsocket: { path: ${socketPath} }\nchannel: { port: ${folder}/port }\n`,
  )
  const agent = run(['--config', config])
  await using client = await waitForAgent({ socketPath, peer: 'the agent', framed: false, timeoutMs: 20_000 })
  t.match(await client.info(), { operationId: '', agentVersion: /^\d+\.\d+\.\d+/ })
  t.match(await run(['--config', config]), { exitCode: 2, stderr: /another process serves/ })

  agent.kill('SIGTERM')
  const { signal, stdout } = await agent
  t.equal(signal, 'SIGTERM')
  const lines = String(stdout)
    .split('\n')
    .map((line) => JSON.parse(line))
  t.match(lines.at(-1), { level: 'info', message: 'the agent ends' })
  t.ok(lines.some(({ message }) => message === 'no virtio port'))
  await t.rejects(client.info(), { code: 'NO_ANSWER' })
})
