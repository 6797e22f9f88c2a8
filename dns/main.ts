#!/usr/bin/env node
/** cleave-dns: the command. */
import { parseArgs } from 'node:util'
import { InvalidRequestError } from '../proto/errors.ts'
import { releaseVersion } from '../proto/version.ts'
import { formatProblem } from '../proto/yaml.ts'
import { type DnsConfig, defaultConfigFile, readConfig } from './config.ts'
import { exportZone } from './export-zone.ts'
import { createLog } from './log.ts'
import { startDnsServer } from './server.ts'
import { readZoneFile } from './zone/zone-files.ts'

const help = `Usage: cleave-dns [--config FILE] [--check | --export ZONE]

Answers for the names of groups, and changes them at once when groups move.

  --config FILE  settings (default ${defaultConfigFile})
  --check        says what is wrong with the settings and the zone files, and ends
  --export ZONE  writes a zone as it is now, as a zone file, also while the server runs
  --version
  --help

SIGHUP reads zone files, routes and certificates again. SIGTERM and SIGINT end it.

Exit codes: 0 all well, 1 something is wrong with a file, 2 wrong use, or it cannot run.
`

async function main(): Promise<void> {
  process.title = 'cleave-dns'
  const { values } = parseArgs({
    options: {
      config: { type: 'string', default: defaultConfigFile },
      check: { type: 'boolean', default: false },
      export: { type: 'string' },
      version: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) process.stdout.write(help)
  else if (values.version) process.stdout.write(`${releaseVersion}\n`)
  else if (values.check) await check(values.config)
  else if (values.export !== undefined) {
    process.stdout.write(await exportZone(await loadConfig(values.config), values.export))
  } else await run(values.config)
}

async function loadConfig(file: string): Promise<DnsConfig> {
  const { value, problems } = await readConfig(file)
  if (value !== undefined) return value
  throw new InvalidRequestError({
    code: 'BAD_CONFIG',
    message: problems.map(formatProblem).join('\n'),
    remedy: `Correct ${file}; cleave-dns --check reads it again.`,
  })
}

async function check(file: string): Promise<void> {
  const { value, problems } = await readConfig(file)
  const wrong = problems.map(formatProblem)
  for (const zone of value?.zones ?? []) {
    try {
      await readZoneFile(zone, { lastRead: undefined, ttl: value?.ttl ?? 1 })
    } catch (error) {
      if (!(error instanceof InvalidRequestError)) throw error
      wrong.push(error.message)
    }
  }
  for (const line of wrong) process.stderr.write(`${line}\n`)
  if (wrong.length > 0) process.exitCode = 1
  else process.stdout.write(`zones: ${value?.zones.map(({ name }) => name).join(', ')}\n`)
}

async function run(file: string): Promise<void> {
  const config = await loadConfig(file)
  const log = createLog(config.log.level)
  const server = await startDnsServer(config, log)
  const zones = config.zones.map(({ name }) => name)
  log('info', 'the server serves', { listen: config.listen, zones, processes: config.processes })
  process.on('SIGHUP', () => {
    loadConfig(file)
      .then((now) => server.reload(now))
      .then(
        () => log('info', 'the settings were read again'),
        (error) => log('error', 'the settings can not be used, those from before stay', { error }),
      )
  })
  let ending = false
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (ending) return
    ending = true
    log('info', 'the server ends', { signal })
    await server.close()
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      end(signal).catch(fail)
    })
  }
}

function fail(error: unknown): void {
  const { message, remedy } = error as { message: string; remedy?: string }
  process.stderr.write(`cleave-dns: ${message}\n${remedy === undefined ? '' : `${remedy}\n`}`)
  process.exit(2)
}

main().catch(fail)
