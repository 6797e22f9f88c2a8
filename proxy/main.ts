#!/usr/bin/env node
/** cleave-proxy: the command. */
import { parseArgs } from 'node:util'
import { releaseVersion } from '../proto/version.ts'
import { formatProblem } from '../proto/yaml.ts'
import { runProxy } from './run-proxy.ts'
import { defaultSettingsFile, readSettings } from './settings.ts'

const help = `Usage: cleave-proxy [--config FILE] [--check]

Passes clients on to services, and holds them while these move from one machine to another.

  --config FILE  settings (default ${defaultSettingsFile}; all may be left out)
  --check        check the settings, and exit: 0 if they can be used, 1 if not
  --version      print the version and exit
  --help         print this and exit

SIGHUP reads the settings again and drops no connection. SIGTERM ends it when its clients are done, a second one at once.
`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      config: { type: 'string', default: defaultSettingsFile },
      check: { type: 'boolean', default: false },
      version: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) process.stdout.write(help)
  else if (values.version) process.stdout.write(`${releaseVersion}\n`)
  else if (values.check) await check(values.config)
  else await run(values.config)
}

async function check(file: string): Promise<void> {
  const { value, problems } = await readSettings(file)
  for (const problem of problems) process.stderr.write(`${formatProblem(problem)}\n`)
  if (value === undefined) process.exitCode = 1
  else process.stdout.write(`routes: ${value.routes.map(({ name }) => name).join(', ')}\n`)
}

async function run(file: string): Promise<void> {
  const proxy = await runProxy(file)
  let reloading: Promise<void> = Promise.resolve()
  process.on('SIGHUP', () => {
    reloading = reloading.then(proxy.reload).catch(tell)
  })
  let isEnding = false
  const end = (): void => {
    if (isEnding) process.exit(1)
    isEnding = true
    proxy.end().then(() => process.exit(0), fail)
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
}

function tell(error: unknown): void {
  const { message, remedy } = error as { message: string; remedy?: string }
  process.stderr.write(`cleave-proxy: ${message}\n${remedy === undefined ? '' : `${remedy}\n`}`)
}

function fail(error: unknown): void {
  tell(error)
  process.exit(2)
}

main().catch(fail)
