/** What the host learns of a guest's resources from agents that know of them, and from those that do not. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { agentServices } from '../../../proto/definition.ts'
import type { GetInfoResponse } from '../../../proto/generated/messages.ts'
import { protocolVersion, resourcesFeature } from '../../../proto/version.ts'
import { askResources } from '../../../sdk/guest/ask-resources.ts'
import { connectAgent } from '../../../sdk/guest/connect-agent.ts'

/** A client of an agent that has the service for resources only if it answers with them. */
async function agentWith(t: Test, features: string[], resources?: (reply: Reply) => void) {
  const folder = await mkdtemp(join(tmpdir(), 'cleave-'))
  const socketPath = join(folder, 'agent.sock')
  const server = new Server()
  const info: Partial<GetInfoResponse> = { protocolVersion, agentVersion: '0.0.9', features }
  server.addService(agentServices.Agent.service, {
    GetInfo: (_: unknown, reply: Reply) => reply(null, info),
  })
  if (resources) {
    server.addService(agentServices.Resources.service, {
      GetResources: (_: unknown, reply: Reply) => resources(reply),
    })
  }
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${socketPath}`, ServerCredentials.createInsecure(), (error) =>
      error ? reject(error) : resolve(),
    )
  })
  const client = await connectAgent({ socketPath, peer: 'the agent of shop', framed: false })
  t.teardown(async () => {
    await client.close()
    server.forceShutdown()
    await rm(folder, { recursive: true })
  })
  return client
}
type Reply = (error: Error | null, answer?: object) => void

t.test('one that knows of them tells them', async (t) => {
  const client = await agentWith(t, [], (reply) => reply(null, { processors: 3 }))
  t.match(await askResources(client, 'shop'), { processors: 3 })
})

t.test('one that is too old for them is said to be', async (t) => {
  await t.rejects(askResources(await agentWith(t, ['disks']), 'shop'), {
    name: 'UnavailableError',
    code: 'AGENT_TOO_OLD',
    message: /shop .*0\.0\.9.* resources/,
    remedy: /stop the machine/,
  })
})

t.test('one that can tell them and fails is believed', async (t) => {
  const client = await agentWith(t, [resourcesFeature], (reply) => reply(new Error('no such file')))
  await t.rejects(askResources(client, 'shop'), { name: 'FailedError', message: /no such file/ })
})
