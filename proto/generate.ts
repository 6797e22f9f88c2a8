/**
 * Makes proto/generated from the .proto files: the types, their indexes, and the definitions as JSON, so that neither
 * an installed package nor the bundled agent reads a .proto file.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import protobuf from 'protobufjs'

const room = dirname(fileURLToPath(import.meta.url))
const generated = join(room, 'generated')

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
    'routes.proto',
  ],
  { cwd: room, preferLocal: true, timeout: 60_000 },
)

await complete({ contract: 'agent', index: 'messages' })
await complete({ contract: 'routes', index: 'route-messages' })

async function complete({ contract, index }: { contract: string; index: string }): Promise<void> {
  const folder = `cleave/${contract}/v1`
  const files = (await readdir(join(generated, folder))).sort()
  const lines = files.map((file) => `export * from './${folder}/${file}'\n`)
  await writeFile(join(generated, `${index}.ts`), lines.join(''))
  // Without keepCase: fields are named as in the types.
  const root = await new protobuf.Root().load(join(room, `${contract}.proto`))
  await writeFile(join(generated, `${contract}.json`), `${JSON.stringify(root.toJSON(), null, 1)}\n`)
}
