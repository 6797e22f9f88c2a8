/** What an agent answers to a tool that asks for its services. */
import { credentials, loadPackageDefinition } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'

export interface ReflectionAnswer {
  listServicesResponse?: { service: { name: string }[] }
  fileDescriptorResponse?: { fileDescriptorProto: Buffer[] }
}

interface ReflectionClient {
  serverReflectionInfo(): {
    on(event: 'data', listener: (answer: ReflectionAnswer) => void): void
    on(event: 'end', listener: () => void): void
    on(event: 'error', listener: (error: Error) => void): void
    write(request: unknown): void
    end(): void
  }
  close(): void
}

const definition = new URL(
  '../../node_modules/@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto',
  import.meta.url,
)

export async function reflected(socket: string, requests: readonly object[]): Promise<ReflectionAnswer[]> {
  const { grpc } = loadPackageDefinition(loadSync(definition.pathname)) as never as {
    grpc: { reflection: { v1: { ServerReflection: new (...args: unknown[]) => ReflectionClient } } }
  }
  const client = new grpc.reflection.v1.ServerReflection(`unix:${socket}`, credentials.createInsecure())
  try {
    const stream = client.serverReflectionInfo()
    const answers: ReflectionAnswer[] = []
    const { promise: ended, resolve, reject } = Promise.withResolvers<void>()
    stream.on('data', (answer) => answers.push(answer))
    stream.on('end', resolve)
    stream.on('error', reject)
    for (const request of requests) stream.write(request)
    stream.end()
    await ended
    return answers
  } finally {
    client.close()
  }
}
