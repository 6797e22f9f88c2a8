import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import type { AgentServerOptions } from '../../../agent/server.ts'
import {
  BusyError,
  NotFoundError,
  RefusedError,
  UnansweredError,
  UnavailableError,
} from '../../../proto/errors.ts'
import { createCounters } from '../../../proto/frames/counters.ts'
import { encodeFrame } from '../../../proto/frames/frame.ts'
import { greet } from '../../../proto/frames/greeting.ts'
import { protocolVersion } from '../../../proto/version.ts'
import { connectAgent } from '../../../sdk/guest/connect-agent.ts'
import { createMachineChannel } from '../../agent/channel/machine-channel.ts'
import { createSampleAgent } from '../../agent/sample-agent.ts'

type ChannelOptions = Partial<Parameters<typeof createMachineChannel>[0]>

async function startMachine(options: ChannelOptions & { agent?: Partial<AgentServerOptions> } = {}) {
  const agent = createSampleAgent(options.agent)
  const channel = await createMachineChannel({ onSession: agent.serve, ...options })
  return {
    channel,
    at: { socketPath: channel.socketPath, peer: 'the agent of shop' },
    [Symbol.asyncDispose]: async () => {
      await agent.drain(0)
      await channel[Symbol.asyncDispose]()
    },
  }
}

t.test('a session carries calls, answers and errors', async (t) => {
  await using machine = await startMachine()
  await using client = await connectAgent(machine.at)
  t.match(await client.info(), { hostname: 'shop', protocolVersion })
  t.same(await client.freeze('mail'), { frozen: [{ pid: 7, startTicks: 70 }] })
  const children = [{ groups: ['x', 'y'] }]
  const grouping = 'GROUPING_COUPLING'
  t.match(await client.quiesce({ operationId: 'a', children, replicated: [], grouping }), {
    groups: [{ group: 'x' }, { group: 'y' }],
  })
  await t.rejects(client.start('mail'), {
    constructor: RefusedError,
    code: 'NOT_STARTABLE',
    message: 'group mail names no units',
    remedy: 'Declare which units start it.',
  })
  await t.rejects(client.mayPart('a', 'b'), { constructor: NotFoundError, code: 'GROUP_NOT_FOUND' })
  const answers = await Promise.all(Array.from({ length: 40 }, () => client.info()))
  t.equal(answers.length, 40, 'more calls than the agent serves at once wait for each other')
})

t.test('a large answer arrives whole', async (t) => {
  const problems = Array.from({ length: 20_000 }, (_, index) => `${index} ${'\0x'.repeat(50)}`)
  await using machine = await startMachine({
    agent: { survey: async () => ({ groups: [], processes: [], edges: [], bonds: [], problems }) },
  })
  await using client = await connectAgent(machine.at)
  t.strictSame((await client.groups()).problems, problems)
})

t.test('100 hosts die in mid-message, and the next one gets a clean session', async (t) => {
  for (const tellHostLost of [true, false]) {
    await using machine = await startMachine({ tellHostLost })
    for (let host = 0; host < 100; host++) {
      const session = BigInt(host + 1)
      const { send } = createCounters(session)
      const message = Buffer.concat([
        encodeFrame(greet('open', session, protocolVersion)),
        encodeFrame(send('data', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'))),
        encodeFrame(send('data', Buffer.alloc(5_000, host))),
      ])
      const socket = connect(machine.channel.socketPath)
      const torn = message.subarray(0, Math.floor((message.length * host) / 100))
      await new Promise<void>((resolve) => socket.write(torn, () => resolve()))
      socket.destroy()
      await new Promise((resolve) => socket.once('close', resolve))
    }
    const client = await connectAgent(machine.at)
    t.match(await client.info(), { hostname: 'shop' })
    await client.close()
    t.equal(machine.channel.hosts(), 101)
  }
})

t.test('hosts that are killed while they wait for an answer leave nothing behind', async (t) => {
  await using machine = await startMachine({ tellHostLost: false })
  for (let host = 0; host < 20; host++) {
    const client = await connectAgent(machine.at)
    const calls = Array.from({ length: 5 }, () => client.info().catch((error: unknown) => error))
    await client.close()
    for (const result of await Promise.all(calls)) {
      if (result instanceof Error) t.type(result, UnansweredError)
    }
  }
  await using client = await connectAgent(machine.at)
  t.match(await client.info(), { hostname: 'shop' })
})

t.test('bytes of nobody disturb neither side', async (t) => {
  await using machine = await startMachine()
  await using client = await connectAgent(machine.at)
  machine.channel.disturb(Buffer.alloc(100_000, 'login: '))
  machine.channel.disturb(Buffer.of(0))
  machine.channel.disturb(encodeFrame(greet('accept', 99n, protocolVersion)))
  machine.channel.disturb(encodeFrame({ type: 'close', session: 99n, sequence: 0, payload: Buffer.alloc(0) }))
  t.match(await client.info(), { hostname: 'shop' })
})

t.test('an agent of another version is refused, saying which side is older', async (t) => {
  {
    await using machine = await startMachine({ sessions: { version: protocolVersion + 1 } })
    await t.rejects(connectAgent(machine.at), {
      constructor: RefusedError,
      code: 'AGENT_VERSION',
      message: `the agent of shop speaks version ${protocolVersion + 1} of the protocol, this host version ${protocolVersion}`,
      remedy: /on this host/,
    })
  }
  await using machine = await startMachine({ sessions: { version: 0 } })
  await t.rejects(connectAgent(machine.at), { code: 'AGENT_VERSION', remedy: /in the guest/ })
})

t.test('a second host waits for the first, within its time', async (t) => {
  await using machine = await startMachine()
  const first = await connectAgent(machine.at)
  await t.rejects(connectAgent({ ...machine.at, timeoutMs: 300 }), {
    constructor: UnansweredError,
    code: 'NO_ANSWER',
    remedy: /no other command/,
  })
  const second = connectAgent(machine.at)
  t.match(await first.info(), { hostname: 'shop' }, 'the first one is not disturbed')
  await first.close()
  const client = await second
  t.match(await client.info(), { hostname: 'shop' })
  await client.close()
})

t.test(
  'when the agent is killed and starts again, every call fails then and nothing is dialled again',
  async (t) => {
    let release = (): void => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await using machine = await startMachine({
      agent: {
        survey: async () => {
          await held
          return { groups: [], processes: [], edges: [], bonds: [], problems: [] }
        },
      },
    })
    const client = await connectAgent(machine.at)
    const lost = client.groups()
    // The call is on its way: the next answer comes after it.
    await client.info()
    machine.channel.killAgent()
    machine.channel.startAgent()
    await t.rejects(lost, { constructor: UnansweredError, code: 'NO_ANSWER' })
    await t.rejects(client.info(), { constructor: UnansweredError, code: 'NO_ANSWER' })
    t.equal(machine.channel.hosts(), 1)
    await client.close()
    await client.close()
    const next = await connectAgent(machine.at)
    t.match(await next.info(), { hostname: 'shop' })
    await next.close()
    release()
  },
)

t.test('nobody listens', async (t) => {
  await t.rejects(connectAgent({ socketPath: '/nonexistent/agent.sock', peer: 'the agent of shop' }), {
    constructor: UnavailableError,
    code: 'NO_CHANNEL',
    message: /the agent of shop cannot be reached/,
  })
})

t.test('a socket whose backlog is full is busy', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'cleave-backlog-'))
  const socketPath = join(directory, 'agent.sock')
  // Listens as QEMU does, and accepts nobody.
  const program = `
    require('node:net').createServer().listen({ path: process.argv[1], backlog: 1 }, () => {
      process.stdout.write('listening')
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    })`
  const listener = execa(process.execPath, ['-e', program, socketPath], {
    reject: false,
    timeout: 30_000,
    buffer: false,
  })
  await once(listener.stdout, 'data')
  const waiting = Array.from({ length: 4 }, () => connect(socketPath).on('error', () => {}))
  await Promise.all(
    waiting.map((socket) => new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))),
  )
  await t.rejects(connectAgent({ socketPath, peer: 'the agent of shop' }), {
    constructor: BusyError,
    code: 'CHANNEL_BUSY',
  })
  for (const socket of waiting) socket.destroy()
  listener.kill('SIGKILL')
  await listener
  await rm(directory, { recursive: true })
})

t.test('connecting can be given up', async (t) => {
  await using machine = await startMachine({ onSession: () => {} })
  const reason = new Error('enough')
  const abort = new AbortController()
  const attempt = connectAgent({ ...machine.at, signal: abort.signal })
  abort.abort(reason)
  await t.rejects(attempt, reason)
  await t.rejects(connectAgent({ ...machine.at, signal: abort.signal }), reason)
})
