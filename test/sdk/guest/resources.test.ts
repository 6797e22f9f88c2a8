import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { serveUnixSocket } from '../../../agent/channel/unix-socket.ts'
import { resourcesFeature } from '../../../proto/version.ts'
import { connectAgent } from '../../../sdk/guest/connect-agent.ts'
import { requireFeature } from '../../../sdk/guest/require-feature.ts'
import { createSampleAgent } from '../../agent/sample-agent.ts'

t.test('what the host asks reaches the agent as it was asked', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'cleave-'))
  const asked: unknown[] = []
  const sample = {
    processors: 1,
    processorsPresent: 2,
    memoryBytes: 2 ** 34,
    memoryPresentBytes: 2 ** 35,
    memoryBlockBytes: 2 ** 27,
    resting: [{ address: 2 ** 33, bytes: 2 ** 27 }],
    milliseconds: 1,
  }
  const note = async (request: object) => {
    asked.push({ ...request })
    return sample
  }
  const agent = createSampleAgent({
    resources: { get: async () => sample, setProcessors: note, setMemory: note },
  })
  const stop = await serveUnixSocket({ path: join(folder, 'agent.sock'), onSession: agent.serve })
  t.teardown(async () => {
    await agent.drain(0)
    await stop()
    await rm(folder, { recursive: true })
  })
  await using client = await connectAgent({
    socketPath: join(folder, 'agent.sock'),
    peer: 'the agent',
    framed: false,
  })
  t.same({ ...(await client.resources()) }, sample)
  await client.setProcessors(2)
  await client.setMemory(2 ** 33, [{ address: 2 ** 32, bytes: 2 ** 28 }])
  await client.setMemory(2 ** 33)
  t.same(asked, [
    { processors: 2 },
    { memoryBytes: 2 ** 33, from: [{ address: 2 ** 32, bytes: 2 ** 28 }] },
    { memoryBytes: 2 ** 33, from: [] },
  ])
  const missing = { feature: resourcesFeature, machine: 'shop', instead: 'stop it first' }
  await t.rejects(requireFeature(client, missing), {
    name: 'UnavailableError',
    code: 'AGENT_TOO_OLD',
    message: /shop .* resources/,
    remedy: /stop it first/,
  })
})
