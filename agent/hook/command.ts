/** Runs a command that a declaration names: as its user, for so long, and nothing that it starts outlives it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { CgroupTree } from '../group/control/cgroup.ts'
import { waitUntil } from '../group/control/wait.ts'
import { parseCgroup } from '../process/cgroup.ts'
import { type Account, lookUpAccount } from './account.ts'
import { broken, cancelled, done, type Ending, refused, timedOut } from './ending.ts'
import type { CommandHook } from './state-schema.ts'
import { createTail } from './tail.ts'

export interface CommandOptions {
  hook: CommandHook
  /** Beside what every login has. */
  environment: Readonly<Record<string, string>>
  /** Ends it. */
  signal: AbortSignal
}

export type RunCommand = (options: CommandOptions) => Promise<Ending>

const longestOutput = 4096
const killMilliseconds = 5000
// What somebody outside of the cgroup may still hold open is not waited for.
const outputMilliseconds = 500

// Into its cgroup before anything else, so that all that it starts is there too; and killed for memory as any other,
// unlike the agent. What the command is given comes as arguments: the shell reads none of it.
const launcher =
  'echo 0 >"$0/cgroup.procs" && { echo 0 >/proc/self/oom_score_adj || :; } && exec setpriv "$@"'
// Of env(1), and of shells, which setpriv keeps to: the command was found not to be there, or could not be run.
const notRun = [126, 127]

/**
 * Ends what an earlier agent has left behind.
 *
 * @param options.parent the cgroup below which each command has its own, while one runs. @default one below this process's
 *   own: systemd counts them to the agent, so that they belong to no group
 */
export function createCommandRunner(options: { tree: CgroupTree; parent?: string }): RunCommand {
  const { tree, parent = join(ownCgroup(), 'cleave-hooks') } = options
  tree.kill(parent)

  return async ({ hook, environment, signal }) => {
    const account = await lookUpAccount(hook.user)
    if (account === undefined) return broken(`there is no user ${hook.user}`)
    if (signal.aborted) return cancelled
    const cgroup = join(parent, randomUUID())
    tree.create(parent)
    tree.create(cgroup)
    try {
      const child = start({ hook, account, folder: tree.folder(cgroup), environment })
      return await follow({ child, hook, signal, kill: () => void tree.kill(cgroup) })
    } finally {
      tree.kill(cgroup)
      await waitUntil(() => tree.events(cgroup)?.populated !== true, killMilliseconds)
      tree.remove(cgroup)
      tree.remove(parent)
    }
  }
}

function ownCgroup(): string {
  return parseCgroup(readFileSync('/proc/self/cgroup', 'utf8')).cgroup || '/'
}

interface StartOptions {
  hook: CommandHook
  account: Account
  folder: string
  environment: Readonly<Record<string, string>>
}

function start({ hook, account, folder, environment }: StartOptions): ChildProcess {
  const rights = ['--reuid', account.userId, '--regid', account.groupId, '--init-groups', '--no-new-privs']
  const words = [...rights.map(String), '--inh-caps=-all', '--', ...hook.command]
  return spawn('sh', ['-c', launcher, folder, ...words], {
    cwd: '/',
    // A session of its own: no terminal, and no signal that is meant for the agent.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      LANG: 'C.UTF-8',
      HOME: account.home,
      SHELL: account.shell,
      USER: account.name,
      LOGNAME: account.name,
      ...environment,
    },
  })
}

interface FollowOptions {
  child: ChildProcess
  hook: CommandHook
  signal: AbortSignal
  kill: () => void
}

async function follow({ child, hook, signal, kill }: FollowOptions): Promise<Ending> {
  const tail = createTail(longestOutput)
  const outputs = [child.stdout, child.stderr] as Readable[]
  for (const output of outputs) output.on('data', tail.add)
  const closed = once(child, 'close')
  closed.catch(() => undefined)
  let cut: Ending | undefined
  const end = (why: Ending) => {
    cut ??= why
    kill()
    // It may not be in its cgroup yet.
    child.kill('SIGKILL')
  }
  const timer = setTimeout(() => end(timedOut(hook.timeoutSeconds)), hook.timeoutSeconds * 1000)
  const abort = () => end(cancelled)
  signal.addEventListener('abort', abort)
  try {
    const [code, killedBy] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
    kill()
    await Promise.race([closed, delay(outputMilliseconds, undefined, { ref: false })])
    return { ...(cut ?? judge(code, killedBy)), output: tail.text() }
  } catch (error) {
    return broken(`could not be started: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
    for (const output of outputs) output.destroy()
  }
}

function judge(code: number | null, killedBy: NodeJS.Signals | null): Ending {
  if (code === 0) return done
  if (code === null) return refused(`ended by ${killedBy}`)
  return notRun.includes(code) ? broken(`could not be run (exit code ${code})`) : refused(`exit code ${code}`)
}
