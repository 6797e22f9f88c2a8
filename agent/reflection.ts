/**
 * gRPC reflection, which tools ask for. Its library and the descriptors that it shows take an emulated processor some
 * 3 s: they are loaded when somebody asks, not at every start.
 */
import { Duplex } from 'node:stream'
import { type Server, type ServerDuplexStream, type ServiceDefinition, status } from '@grpc/grpc-js'
import { agentDefinition, definitionOptions } from '../proto/definition.ts'

const method = 'ServerReflectionInfo'
const paths = ['v1', 'v1alpha'].map((version) => `/grpc.reflection.${version}.ServerReflection/${method}`)

/** A call whose messages are as they came. */
type Wire = ServerDuplexStream<Buffer, Buffer>

/** What the library adds to a server, for one path. */
interface Reflection {
  read(request: Buffer): unknown
  written(answer: unknown): Buffer
  answer(messages: Duplex): void
}

export function addReflection(server: Server): void {
  let loading: Promise<Map<string, Reflection>> | undefined
  for (const path of paths) {
    server.addService(wireService(path), {
      [method]: (wire: Wire) => {
        loading ??= loadReflections()
        loading
          .then((reflections) => answerOn(wire, reflections.get(path)))
          .catch((error: Error) => fail(wire, error))
      },
    })
  }
}

function wireService(path: string): ServiceDefinition {
  const asItIs = (bytes: Buffer): Buffer => bytes
  return {
    [method]: {
      path,
      requestStream: true,
      responseStream: true,
      requestSerialize: asItIs,
      requestDeserialize: asItIs,
      responseSerialize: asItIs,
      responseDeserialize: asItIs,
    },
  }
}

async function loadReflections(): Promise<Map<string, Reflection>> {
  const [{ ReflectionService }, { fromJSON }] = await Promise.all([
    import('@grpc/reflection'),
    import('@grpc/proto-loader'),
  ])
  const reflections = new Map<string, Reflection>()
  const add: Server['addService'] = ({ [method]: definition }, { [method]: answer }) => {
    if (!definition || !answer) return
    reflections.set(definition.path, {
      read: definition.requestDeserialize,
      written: definition.responseSerialize,
      answer: answer as unknown as Reflection['answer'],
    })
  }
  new ReflectionService(fromJSON(agentDefinition, definitionOptions)).addToServer({ addService: add })
  return reflections
}

function answerOn(wire: Wire, reflection: Reflection | undefined): void {
  if (!reflection) throw new Error('the library for reflection does not know this version')
  const messages = new Duplex({
    objectMode: true,
    read: () => {},
    write: (answer, _encoding, done) => {
      try {
        wire.write(reflection.written(answer))
        done()
      } catch (error) {
        done(error as Error)
      }
    },
    final: (done) => {
      wire.end()
      done()
    },
  })
  reflection.answer(messages)
  messages.on('error', (error) => fail(wire, error))
  wire.on('end', () => messages.push(null))
  wire.on('data', (request: Buffer) => {
    try {
      messages.push(reflection.read(request))
    } catch (error) {
      fail(wire, error as Error)
    }
  })
}

function fail(wire: Wire, { message }: Error): void {
  wire.emit('error', { code: status.INTERNAL, details: message })
}
