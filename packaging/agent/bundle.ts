/** The agent's code as one CommonJS file. */
import { build } from 'esbuild'
import { inlineDefinitions } from './inline-definitions.ts'

/** Bundles an entry file with everything that it imports. The same sources give the same text. */
export async function bundle(entry: string): Promise<string> {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    legalComments: 'none',
    // Names stay, for stack traces that people can read.
    minifySyntax: true,
    minifyWhitespace: true,
    plugins: [inlineDefinitions],
    // Modules that ask where they are get the place of the executable.
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    logLevel: 'silent',
  })
  const [file] = result.outputFiles
  if (!file) throw new Error(`esbuild gave nothing for ${entry}`)
  return file.text
}
