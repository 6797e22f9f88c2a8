/** How long it takes from an update to its answer, and from that to the new address. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { emptyMessage, type Message, messageBytes, readMessage } from '../../proto/dns/message.ts'
import { opcodes, recordTypes } from '../../proto/dns/numbers.ts'
import { signMessage } from '../../proto/dns/tsig/sign.ts'
import { connectRoutes } from '../../proto/routing/client.ts'
import { type NameServer, secret } from './servers.ts'

export interface UpdateTimes {
  /** Until the update was answered, in milliseconds. */
  acknowledged: number
  /** From then until a question got the new address. */
  seen: number
}

const name = 'moving.example.org.'
const key = { name: 'key.', algorithm: 'hmac-sha256', secret: Buffer.from(secret, 'base64') } as const
const answerMs = 5000

/** By a signed update (RFC 2136) over UDP. */
export async function timeUpdate(server: NameServer, address: Buffer): Promise<UpdateTimes> {
  const set = { name, type: recordTypes.A, class: 1, ttl: 2, data: address }
  const update = message({
    opcode: opcodes.update,
    questions: [{ name: 'example.org.', type: recordTypes.SOA, class: 1 }],
    authorities: [{ ...set, class: 255, ttl: 0, data: Buffer.alloc(0) }, set],
  })
  const { bytes } = signMessage({
    bytes: messageBytes(update),
    key,
    atSeconds: Math.floor(Date.now() / 1000),
  })
  await using client = await open(server)
  return await times(client, address, async () => {
    const reply = await client.ask(bytes)
    if (reply.rcode !== 0) throw new Error(`${server.name} refused an update with ${reply.rcode}`)
  })
}

/** By the routing service. */
export async function timeSwitch(server: NameServer, address: Buffer): Promise<UpdateTimes> {
  await using routes = await connectRoutes({ address: `unix:${server.control}`, peer: server.name })
  await using client = await open(server)
  await routes.list()
  const naming = { names: ['moving.example.org'] }
  const backends = [{ address: address.join('.'), weight: 1 }]
  return await times(client, address, () => routes.put({ name: 'moving', naming, backends }))
}

async function times(client: Client, address: Buffer, change: () => Promise<unknown>): Promise<UpdateTimes> {
  const question = messageBytes(message({ questions: [{ name, type: recordTypes.A, class: 1 }] }))
  const start = performance.now()
  await change()
  const acknowledged = performance.now()
  for (;;) {
    const { answers } = await client.ask(question)
    if (answers[0]?.data.equals(address)) break
    if (performance.now() - acknowledged > answerMs) throw new Error('the new address is not seen')
  }
  return { acknowledged: acknowledged - start, seen: performance.now() - acknowledged }
}

interface Client extends AsyncDisposable {
  ask(bytes: Buffer): Promise<Message>
}

async function open({ port }: NameServer): Promise<Client> {
  const socket = createSocket('udp4')
  socket.connect(port, '127.0.0.1')
  await once(socket, 'connect')
  return {
    ask: async (bytes) => {
      socket.send(bytes)
      const [reply] = (await once(socket, 'message', { signal: AbortSignal.timeout(answerMs) })) as [Buffer]
      return readMessage(reply)
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(() => resolve())),
  }
}

function message(more: Partial<Message>): Message {
  return { ...emptyMessage, id: 1, ...more }
}
