import { readFile } from 'node:fs/promises'
import {
  type Client,
  type ClientDuplexStream,
  credentials,
  type Metadata,
  makeGenericClientConstructor,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceError,
  type sendUnaryData,
} from '@grpc/grpc-js'
import type { Test } from 'tap'

const text = {
  requestSerialize: (said: string) => Buffer.from(said),
  requestDeserialize: (bytes: Buffer) => bytes.toString(),
  responseSerialize: (said: string) => Buffer.from(said),
  responseDeserialize: (bytes: Buffer) => bytes.toString(),
}
const service = {
  say: { path: '/test.Echo/Say', requestStream: false, responseStream: false, ...text },
  count: { path: '/test.Echo/Count', requestStream: false, responseStream: true, ...text },
  chat: { path: '/test.Echo/Chat', requestStream: true, responseStream: true, ...text },
}

export interface Files {
  certificate: string
  key: string
  authority: string
}

/** A server that answers with its name. @param files TLS; without them it is plain */
export async function grpcBackend(t: Test, name: string, files?: Files): Promise<number> {
  const server = new Server()
  server.addService(service, {
    say: ({ request }: ServerUnaryCall<string, string>, answer: sendUnaryData<string>) =>
      answer(null, `${name}:${request}`),
    count: (call: ServerWritableStream<string, string>) => {
      for (let number = 1; number <= Number(call.request); number++) call.write(`${name}:${number}`)
      call.end()
    },
    chat: (call: ServerDuplexStream<string, string>) => {
      call.on('data', (said: string) => call.write(`${name}:${said}`))
      call.on('end', () => call.end())
      call.on('error', () => {})
    },
  })
  const secure = async ({ key, certificate }: Files) =>
    ServerCredentials.createSsl(null, [
      { private_key: await readFile(key), cert_chain: await readFile(certificate) },
    ])
  const chosen = files === undefined ? ServerCredentials.createInsecure() : await secure(files)
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', chosen, (error, port) => (error === null ? resolve(port) : reject(error)))
  })
  t.teardown(() => server.forceShutdown())
  return port
}

type Chat = ClientDuplexStream<string, string>

interface Echo extends Client {
  say(said: string, options: object, answer: (error: ServiceError | null, said: string) => void): void
  count(most: string): AsyncIterable<string>
  chat(metadata?: Metadata): Chat
}

export interface GrpcClient {
  say(said: string): Promise<string>
  count(most: number): Promise<string[]>
  chat(): Chat
}

/** A channel of its own, to a name of which only the proxy knows where it is. */
export async function grpcClient(
  t: Test,
  port: number,
  { authority }: Files,
  name: string,
): Promise<GrpcClient> {
  const Echo = makeGenericClientConstructor(service, 'Echo') as unknown as new (
    ...words: ConstructorParameters<typeof Client>
  ) => Echo
  const client = new Echo(`127.0.0.1:${port}`, credentials.createSsl(await readFile(authority)), {
    'grpc.ssl_target_name_override': name,
    'grpc.default_authority': name,
    'grpc.use_local_subchannel_pool': 1,
  })
  t.teardown(() => client.close())
  return {
    say: (said) =>
      new Promise((resolve, reject) => {
        client.say(said, { deadline: Date.now() + 20_000 }, (error, said) =>
          error === null ? resolve(said) : reject(error),
        )
      }),
    count: async (most) => {
      const said: string[] = []
      for await (const one of client.count(String(most))) said.push(one)
      return said
    },
    chat: () => client.chat(),
  }
}
