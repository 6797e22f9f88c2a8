/** One executable out of Node and a bundle (nodejs.org/api/single-executable-applications.html). */
import { chmod, copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { command } from '../make/command.ts'

/** The young generation at its least and no helper threads for V8: 6 MB less resident, at no cost that the agent feels. */
const flags = ['--max-semi-space-size=1', '--v8-pool-size=0']

/** Without it, V8's compiled code differs from run to run. Other flags that fix it make V8 refuse the code later. */
const seed = '--random-seed=1'

/** Marks Node executables that carry an application. Never strip such a file: it would no longer start. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'

export interface ExecutableOptions {
  /** The Node executable to copy: the one that runs this. */
  node: string
  bundle: string
  /** The new file. */
  output: string
  /** An existing folder for what is needed only now. */
  scratch: string
}

export async function makeExecutable(options: ExecutableOptions): Promise<void> {
  const main = join(options.scratch, 'main.cjs')
  const blob = join(options.scratch, 'blob')
  const configuration = join(options.scratch, 'configuration.json')
  await writeFile(main, options.bundle)
  await writeFile(
    configuration,
    JSON.stringify({
      main,
      output: blob,
      disableExperimentalSEAWarning: true,
      // V8 does not compile the code again at each start, which takes long in an emulated machine.
      useCodeCache: true,
      execArgv: flags,
      // An agent that runs as root takes no flags from its environment.
      execArgvExtension: 'none',
    }),
  )
  await command([options.node, seed, '--experimental-sea-config', configuration], { timeout: 60 })
  await copyFile(options.node, options.output)
  const postject = fileURLToPath(import.meta.resolve('postject/dist/cli.js'))
  await command([options.node, postject, options.output, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', fuse], {
    timeout: 120,
  })
  await chmod(options.output, 0o755)
}
