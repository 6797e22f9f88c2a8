#!/usr/bin/env node
/** cleave-agent: the command. */
import './thread-pool.ts'
import { parseArgs } from 'node:util'
import { releaseVersion } from '../proto/version.ts'
import { formatProblem } from '../proto/yaml.ts'
import { checkGuest } from './check.ts'
import { defaultConfigFile } from './config.ts'
import { runAgent } from './run-agent.ts'

const help = `Usage: cleave-agent [--config FILE] [--check]

Runs inside a virtual machine and lets its host split and merge it by workload.

  --config FILE  settings (default ${defaultConfigFile}; all may be left out)
  --check        says what is wrong with the settings, the group files and the guest, and ends
  --version
  --help

Exit codes: 0 all well, 1 something is wrong with a file, 2 wrong use, or it cannot run.
`

async function main(): Promise<void> {
  process.title = 'cleave-agent'
  const { values } = parseArgs({
    options: {
      config: { type: 'string', default: defaultConfigFile },
      check: { type: 'boolean', default: false },
      version: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) process.stdout.write(help)
  else if (values.version) process.stdout.write(`${releaseVersion}\n`)
  else if (values.check) await check(values.config)
  else await runAgent(values.config)
}

async function check(configFile: string): Promise<void> {
  const { problems, missing, groups } = await checkGuest(configFile)
  for (const problem of problems) process.stderr.write(`${formatProblem(problem)}\n`)
  for (const { message, remedy } of missing) process.stderr.write(`${message}\n${remedy}\n`)
  process.stdout.write(groups.length === 0 ? 'no groups\n' : `groups: ${groups.join(', ')}\n`)
  if (missing.length > 0) process.exitCode = 2
  else if (problems.length > 0) process.exitCode = 1
}

main().catch((error: unknown) => {
  const { message, remedy } = error as { message: string; remedy?: string }
  process.stderr.write(`cleave-agent: ${message}\n${remedy === undefined ? '' : `${remedy}\n`}`)
  // Nothing waits on the virtio port yet: only an agent that serves opens it.
  process.exit(2)
})
