import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { bundle } from '../../packaging/agent/bundle.ts'
import { reflected } from './reflected.ts'
import { waitForAgent } from './wait-for-agent.ts'

t.test('the bundle needs no file but itself', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'cleave-bundle-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const program = join(folder, 'agent.cjs')
  const socketPath = join(folder, 'agent.sock')
  const config = join(folder, 'agent.yaml')
  const { code } = await bundle(join(import.meta.dirname, '../../agent/main.ts'))
  await writeFile(program, code)
  await writeFile(
    config,
    `socket: { path: ${socketPath} }\nchannel: { port: ${folder}/port }\ngroupsFolder: ${folder}/none\n`,
  )

  const agent = execa(process.execPath, [program, '--config', config], {
    cwd: '/',
    reject: false,
    timeout: 30_000,
  })
  await using client = await waitForAgent({ socketPath, peer: 'the agent', framed: false, timeoutMs: 20_000 })
  const { processes } = await client.groups()
  t.ok(processes.some(({ id }) => id?.pid === agent.pid))
  const [services] = await reflected(socketPath, [{ listServices: '' }])
  t.match(services?.listServicesResponse?.service, [{ name: 'cleave.agent.v1.Agent' }])
  agent.kill('SIGTERM')
  t.equal((await agent).signal, 'SIGTERM')
})
