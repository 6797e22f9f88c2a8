/** The agent's code as one CommonJS file. */
import { join } from 'node:path'
import { build } from 'esbuild'
import { packageRoot } from '../package-root.ts'
import { inlineDefinitions } from './inline-definitions.ts'

export interface Bundle {
  code: string
  /** Folders of the npm packages that are in it. */
  packages: string[]
}

/** Bundles an entry file with everything that it imports. The same sources give the same text. */
export async function bundle(entry: string): Promise<Bundle> {
  const result = await build({
    entryPoints: [entry],
    // Paths are in the result: they must not depend on where it is called.
    absWorkingDir: packageRoot(),
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    // Licences are in a file of their own: see licences.ts.
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
  // The executable's Node takes no line for a shell.
  const code = file.text.replace(/^#!.*\n/, '')
  return { code, packages: packagesOf(Object.keys(result.metafile.inputs)) }
}

function packagesOf(paths: readonly string[]): string[] {
  const folders = paths.flatMap((path) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [])
  return [...new Set(folders)].sort().map((folder) => join(packageRoot(), folder))
}
