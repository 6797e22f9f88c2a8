/** Runs stages one after another and tells what happens. */
import { execa } from 'execa'
import { packageRoot } from '../package-root.ts'
import { readResults } from './results.ts'
import type { Stage } from './stages.ts'

export interface Outcome {
  name: string
  passed: number
  failed: number
  skipped: number
  seconds: number
}

/** Runs every stage, also behind one that failed: a run tells everything that is wrong. */
export async function runStages(stages: readonly Stage[], tell: (text: string) => void): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const stage of stages) {
    tell(`\n== ${stage.name}`)
    outcomes.push(await runStage(stage, tell))
  }
  return outcomes
}

async function runStage(stage: Stage, tell: (text: string) => void): Promise<Outcome> {
  const started = performance.now()
  const [file, ...args] = stage.command
  const child = execa(file, args, {
    cwd: packageRoot(),
    preferLocal: true,
    timeout: stage.timeout * 1000,
    forceKillAfterDelay: 10_000,
    ...(stage.input === undefined ? { stdin: 'ignore' } : { input: stage.input }),
    reject: false,
    all: stage.result === 'status',
    ...(stage.result === 'tap' && { stderr: 'inherit', maxBuffer: 1e9 }),
  })
  if (stage.result === 'tap') {
    for await (const line of child) if (topLevel.test(line)) tell(line)
  }
  const { stdout, all, exitCode, shortMessage, timedOut } = await child
  const seconds = (performance.now() - started) / 1000
  const base = { name: stage.name, seconds }
  if (stage.result === 'status') {
    if (exitCode !== 0) tell(`${all ?? ''}\n${shortMessage ?? ''}`)
    return { ...base, passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 }
  }
  const { passed, failed, skipped, failures } = readResults(stdout)
  for (const failure of failures) tell(`\nfailed: ${failure}`)
  // A run that ended before its report was whole has failed, whatever the report says.
  const broken = exitCode !== 0 && failed === 0
  if (broken || timedOut) tell(`\n${shortMessage}`)
  return { ...base, passed, failed: broken ? 1 : failed, skipped }
}

/** The line that tap prints when a file is done, or that a process prints that runs several. */
const topLevel = /^((not )?ok \d+ - | *# test\/)/
