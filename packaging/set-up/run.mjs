// node packaging/set-up/run.mjs COMMAND [ARGUMENT…]: does all set-up that is missing, then runs the command on the
// Node that npm brought along. It runs itself on any Node from 20, without any package.
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { commands } from './commands.mjs'
import { installPackages, missingPackages, servicesOf } from './debian-packages.mjs'
import { isPrepared, markPrepared, modulesMatch } from './node-modules.mjs'
import { step } from './progress.mjs'
import { start } from './start.mjs'
import { Stop } from './stop.mjs'

const top = fileURLToPath(new URL('../..', import.meta.url))
const executables = join(top, 'node_modules', '.bin')
const env = { ...process.env, PATH: `${executables}${delimiter}${process.env.PATH ?? ''}` }

async function setUp(command) {
  if (command.debian) {
    const list = join(top, 'packaging', 'debian-packages')
    const names = missingPackages(list)
    if (names.length > 0) await installPackages({ names, services: servicesOf(list, names) }, step)
  }
  if (!modulesMatch(top)) {
    // The machine's own Node may be older than what packages ask for: they run on the one that comes with them.
    const quiet = ['--no-audit', '--no-fund', '--loglevel=error']
    const failure = 'npm ci failed: see above'
    await step('install npm packages', ['npm', 'ci', ...quiet], { cwd: top, failure })
    markPrepared(top)
  } else if (!isPrepared(top)) {
    const failure = 'npm run prepare failed: see above'
    await step('generate code', ['npm', 'run', 'prepare', '--silent'], { cwd: top, env, failure })
    markPrepared(top)
  }
}

try {
  const [name, ...args] = process.argv.slice(2)
  const command = commands[name]
  if (!command) throw new Stop(`name one of ${Object.keys(commands).join(', ')}`, 64)
  await setUp(command)
  process.exitCode = await start(
    [join(executables, 'node'), join(top, command.entry), ...(command.args ?? []), ...args],
    env,
  )
} catch (error) {
  if (!(error instanceof Stop)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = error.exitCode
}
