import { link, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, credentials, loadPackageDefinition, Metadata, status } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { protoPath } from 'grpc-health-check'
import t from 'tap'
import { serveUnixSocket } from '../../agent/channel/unix-socket.ts'
import type { AgentServerOptions } from '../../agent/server.ts'
import { agentServices } from '../../proto/definition.ts'
import { longestRequest } from '../../proto/message-sizes.ts'
import { connectAgent } from '../../sdk/guest/connect-agent.ts'
import { reflected } from './reflected.ts'
import { createSampleAgent } from './sample-agent.ts'

async function startAgent(overrides: Partial<AgentServerOptions> = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'cleave-agent-'))
  const path = join(directory, 'agent.sock')
  const agent = createSampleAgent(overrides)
  const stop = await serveUnixSocket({ path, onSession: agent.serve })
  return {
    agent,
    path,
    stop,
    connect: () => connectAgent({ socketPath: path, peer: 'the agent', framed: false }),
    [Symbol.asyncDispose]: async () => {
      await agent.drain(0)
      await stop()
      await rm(directory, { recursive: true })
    },
  }
}

t.test('the socket is for its owner only, whatever the umask', async (t) => {
  const mask = process.umask(0)
  t.teardown(() => void process.umask(mask))
  await using agent = await startAgent()
  t.equal((await stat(agent.path)).mode & 0o777, 0o600)
  t.equal(process.umask(), 0)
})

t.test('tools in the guest speak gRPC on it as it is', async (t) => {
  await using agent = await startAgent()
  await using client = await agent.connect()
  t.match(await client.info(), { hostname: 'shop' })
})

t.test('a socket file that is left over is replaced, one that answers is not', async (t) => {
  await using agent = await startAgent()
  await t.rejects(serveUnixSocket({ path: agent.path, onSession: () => {} }), { code: 'AGENT_RUNS' })
  await agent.stop()

  // As a killed process leaves it.
  const left = createServer()
  await new Promise<void>((resolve) => left.listen(agent.path, resolve))
  await link(agent.path, `${agent.path}.kept`)
  await new Promise((resolve) => left.close(resolve))
  await rename(`${agent.path}.kept`, agent.path)
  const stop = await serveUnixSocket({ path: agent.path, onSession: agent.agent.serve })
  await using client = await agent.connect()
  t.match(await client.info(), { hostname: 'shop' })
  await client.close()
  await stop()
})

t.test('a folder that does not exist is named', async (t) => {
  await t.rejects(serveUnixSocket({ path: '/nonexistent/agent.sock', onSession: () => {} }), {
    code: 'SOCKET_FAILED',
    message: /\/nonexistent\/agent\.sock/,
  })
})

t.test('standard health', async (t) => {
  await using agent = await startAgent()
  const { grpc } = loadPackageDefinition(loadSync(protoPath, { enums: String })) as never as {
    grpc: { health: { v1: { Health: new (...args: unknown[]) => HealthClient } } }
  }
  const client = new grpc.health.v1.Health(`unix:${agent.path}`, credentials.createInsecure())
  t.teardown(() => client.close())
  const check = (service: string) =>
    new Promise((resolve, reject) => {
      client.check({ service }, (error, answer) => (error ? reject(error) : resolve(answer)))
    })
  t.match(await check(''), { status: 'SERVING' })
  t.match(await check('cleave.agent.v1.Split'), { status: 'SERVING' })
  await t.rejects(check('cleave.agent.v1.Nothing'), { code: status.NOT_FOUND })
})

interface HealthClient {
  check(request: { service: string }, done: (error: Error | null, answer?: unknown) => void): void
  close(): void
}

t.test('standard reflection', async (t) => {
  await using agent = await startAgent()
  const answers = await reflected(agent.path, [
    { listServices: '' },
    { fileContainingSymbol: 'cleave.agent.v1.Groups' },
  ])
  const [services, file] = answers
  const names = services?.listServicesResponse?.service.map(({ name }) => name) ?? []
  t.ok(names.includes('cleave.agent.v1.Agent') && names.includes('cleave.agent.v1.Identity'), names.join(' '))
  t.ok(file?.fileDescriptorResponse?.fileDescriptorProto[0]?.includes('ListGroupsRequest'))
})

t.test('reflection that is asked nonsense says so, and the agent goes on', async (t) => {
  await using agent = await startAgent()
  const client = new Client(`unix:${agent.path}`, credentials.createInsecure())
  t.teardown(() => client.close())
  const asItIs = (bytes: Buffer): Buffer => bytes
  for (const version of ['v1', 'v1alpha']) {
    const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`
    const stream = client.makeBidiStreamRequest(path, asItIs, asItIs)
    stream.on('data', () => {})
    const failed = new Promise((resolve) => stream.on('error', resolve))
    // There is no wire type 7.
    stream.write(Buffer.from([0x0f]))
    t.match(await failed, { code: status.INTERNAL }, version)
  }
  await using host = await agent.connect()
  t.match(await host.info(), { hostname: 'shop' })
})

t.test('an error that nobody foresaw is logged and answered', async (t) => {
  const lines: unknown[] = []
  await using agent = await startAgent({
    survey: () => {
      throw new TypeError('no such thing')
    },
    log: (level, message) => lines.push([level, message]),
  })
  await using client = await agent.connect()
  await t.rejects(client.groups(), { code: 'CALL_FAILED', message: /no such thing/ })
  t.match(lines.at(-1), ['error', 'call failed'])
})

t.test('a request that is too long is refused, and the session goes on', async (t) => {
  await using agent = await startAgent()
  const client = new Client(`unix:${agent.path}`, credentials.createInsecure(), {
    'grpc.max_send_message_length': -1,
  })
  t.teardown(() => client.close())
  const ask = (request: Buffer) =>
    new Promise<number>((resolve) => {
      const bytes = (value: Buffer) => value
      const { path } = agentServices.Split.service.Release
      client.makeUnaryRequest(path, bytes, bytes, request, new Metadata(), {}, (error) =>
        resolve(error?.code ?? status.OK),
      )
    })
  t.equal(await ask(Buffer.alloc(longestRequest + 1)), status.RESOURCE_EXHAUSTED)
  t.equal(await ask(Buffer.alloc(0)), status.OK)
})

t.test('a grace beyond any bound is refused', async (t) => {
  await using agent = await startAgent()
  await using client = await agent.connect()
  await t.rejects(client.terminate('mail', { graceMs: 1e9 }), { code: 'BAD_GRACE' })
})

t.test('draining lets running calls end and takes no more', async (t) => {
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  const { promise: asked, resolve: begin } = Promise.withResolvers<void>()
  await using agent = await startAgent({
    survey: async () => {
      begin()
      await held
      return { groups: [], processes: [], edges: [], bonds: [], problems: ['one'] }
    },
  })
  await using client = await agent.connect()
  const answer = client.groups()
  await asked
  const drained = agent.agent.drain(5_000)
  release()
  t.match(await answer, { problems: ['one'] })
  await drained
  await t.rejects(client.info(), { code: 'NO_ANSWER' })
})

t.test('draining ends what does not end by itself', async (t) => {
  const { promise: asked, resolve: begin } = Promise.withResolvers<void>()
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  t.teardown(release)
  await using agent = await startAgent({
    survey: async () => {
      begin()
      await held
      return { groups: [], processes: [], edges: [], bonds: [], problems: [] }
    },
  })
  await using client = await agent.connect()
  const answer = t.rejects(client.groups(), { code: 'NO_ANSWER' })
  await asked
  await agent.agent.drain(20)
  await answer
})

t.test('every call of the contract has a handler', async (t) => {
  await using agent = await startAgent()
  const client = new Client(`unix:${agent.path}`, credentials.createInsecure())
  t.teardown(() => client.close())
  for (const member of Object.values(agentServices)) {
    const { service } = member as { service?: Record<string, { path: string }> }
    for (const { path } of Object.values(service ?? {})) {
      const code = await new Promise<number>((resolve) => {
        client.makeUnaryRequest(
          path,
          Buffer.from,
          Buffer.from,
          Buffer.alloc(0),
          new Metadata(),
          {},
          (error) => resolve(error?.code ?? status.OK),
        )
      })
      t.not(code, status.UNIMPLEMENTED, path)
    }
  }
})
