/**
 * Makes proto/generated from agent.proto: the types, their index, and the definition as JSON, so that neither
 * an installed package nor the bundled agent reads a .proto file.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import protobuf from 'protobufjs'

const room = dirname(fileURLToPath(import.meta.url))
const generated = join(room, 'generated')
const messages = join(generated, 'cleave', 'agent', 'v1')

await rm(generated, { recursive: true, force: true })
await mkdir(generated, { recursive: true })
await execa(
  'proto-loader-gen-types',
  [
    '--longs=Number',
    '--enums=String',
    '--bytes=Buffer',
    '--defaults',
    '--oneofs',
    '--includeComments',
    '--grpcLib=@grpc/grpc-js',
    '--importFileExtension=.ts',
    '--inputTemplate=%sInput',
    '--outputTemplate=%s',
    `--outDir=${generated}`,
    'agent.proto',
  ],
  { cwd: room, preferLocal: true, timeout: 60_000 },
)

const files = (await readdir(messages)).sort()
const index = files.map((file) => `export * from './cleave/agent/v1/${file}'\n`).join('')
await writeFile(join(generated, 'messages.ts'), index)

// Without keepCase: fields are named as in the types.
const root = await new protobuf.Root().load(join(room, 'agent.proto'))
await writeFile(join(generated, 'agent.json'), `${JSON.stringify(root.toJSON(), null, 1)}\n`)
