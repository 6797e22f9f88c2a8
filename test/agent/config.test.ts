import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { readConfig } from '../../agent/config.ts'
import { formatProblem } from '../../proto/yaml.ts'

const directory = await mkdtemp(join(tmpdir(), 'cleave-config-'))

async function write(text: string): Promise<string> {
  const file = join(directory, 'agent.yaml')
  await writeFile(file, text)
  return file
}

const defaults = {
  channel: {
    port: '/dev/virtio-ports/org.cleave.agent',
    adopterPort: '/dev/virtio-ports/org.cleave.adopter',
  },
  socket: { path: '/run/cleave/agent.sock' },
  groupsFolder: '/etc/cleave/groups.d',
  applications: { folder: '/run/cleave-declared' },
  hooks: {},
  infrastructure: [],
  log: { level: 'info' },
}

t.test('everything may be left out', async (t) => {
  t.same((await readConfig('/nonexistent/agent.yaml')).value, defaults)
  t.same((await readConfig(await write('{}\n'))).value, defaults)
  t.same((await readConfig(await write('log: {}\n'))).value, defaults)
})

t.test('what is set counts', async (t) => {
  const { value } = await readConfig(
    await write(
      'log: { level: debug }\ninfrastructure: ["backup-*.service"]\nchannel:\n  port: /dev/vport0p1\n',
    ),
  )
  t.same(value, {
    ...defaults,
    log: { level: 'debug' },
    infrastructure: ['backup-*.service'],
    channel: { ...defaults.channel, port: '/dev/vport0p1' },
  })
})

t.test('mistakes are named with their lines', async (t) => {
  const file = await write('log:\n  level: loud\nchannel:\n  prot: /dev/x\nsocket:\n  path: agent.sock\n')
  t.match((await readConfig(file)).problems.map(formatProblem), [
    `${file}:4:3: channel: unknown key "prot"`,
    new RegExp(`${file}:6:3: socket\\.path: expected an absolute path`),
    new RegExp(`${file}:2:3: log\\.level: .*"debug"`),
  ])
})

t.test('a file that cannot be read is no empty file', async (t) => {
  await t.rejects(readConfig(directory), { code: 'EISDIR' })
})
