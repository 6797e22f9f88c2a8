/**
 * Lets the health and reflection services be bundled: they read their .proto files from their packages when they
 * start, and the bundled agent has no packages.
 */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Plugin } from 'esbuild'
import protobuf from 'protobufjs'
import { packageRoot } from '../package-root.ts'

const { resolve } = createRequire(import.meta.url)

/** By the end of the path that the service asks for. */
const files: Readonly<Record<string, string>> = {
  'health/v1/health.proto': join(dirname(resolve('grpc-health-check')), '../../proto/health/v1/health.proto'),
  'reflection/v1/reflection.proto': reflection('v1'),
  'reflection/v1alpha/reflection.proto': reflection('v1alpha'),
}

function reflection(version: string): string {
  return join(dirname(resolve('@grpc/reflection')), `../proto/grpc/reflection/${version}/reflection.proto`)
}

export const inlineDefinitions: Plugin = {
  name: 'inline-definitions',
  setup: (build) => {
    build.onResolve({ filter: /^@grpc\/proto-loader$/ }, ({ importer }) =>
      /\/node_modules\/(grpc-health-check|@grpc\/reflection)\//.test(importer)
        ? { path: 'proto-loader', namespace: 'inline-definitions' }
        : undefined,
    )
    build.onLoad({ filter: /^proto-loader$/, namespace: 'inline-definitions' }, async () => ({
      contents: await loader(),
      resolveDir: packageRoot(),
    }))
  },
}

/** A module that stands in for proto-loader: it knows the definitions by heart, and makes no descriptors of them. */
async function loader(): Promise<string> {
  const definitions: Record<string, object> = {}
  for (const [name, file] of Object.entries(files)) {
    definitions[name] = (await new protobuf.Root().load(file)).toJSON()
  }
  return `
    const { serviceDefinitions } = require('./proto/service-definitions.ts')
    const definitions = ${JSON.stringify(definitions)}
    exports.loadSync = (path, options) => {
      const name = Object.keys(definitions).find((end) => path.endsWith(end))
      return serviceDefinitions(definitions[name], options)
    }
  `
}
