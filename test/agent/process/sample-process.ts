/** Real processes for the tests: Perl programs, because every Debian has Perl. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export interface SampleProcess {
  pid: number
  /** The next line that it prints. */
  line(): Promise<string>
  /** Sends it a line. */
  tell(line: string): void
  /** Ends it, and answers when it has. */
  end(): Promise<void>
}

export interface SampleOptions {
  arguments?: readonly string[]
  /** Wraps the command, such as `['prlimit', '--nofile=9999']`. */
  wrapper?: readonly string[]
  uid?: number
}

/** Who ends the processes: a test, when it is torn down. */
export interface Owner {
  teardown(end: () => Promise<void>): void
}

/**
 * Starts a program that shares nothing with others but standard input and output with this process, and waits for its
 * first line, which is dropped.
 */
export async function startPerl(
  owner: Owner,
  program: string,
  options: SampleOptions = {},
): Promise<SampleProcess> {
  const { arguments: passed = [], wrapper = [], uid } = options
  // Whoever runs the tests may leave files open to everything below. A test that is killed takes its processes along.
  const begin = `$| = 1; use POSIX (); POSIX::close($_) for 3 .. 1023; ${endWithParent};`
  const [file = 'perl', ...rest] = [...wrapper, 'perl', '-e', `${begin} ${program}`, ...passed]
  const child = spawn(file, rest, {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    cwd: '/',
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  owner.teardown(() => end(child))
  if (child.stdout === null || child.stdin === null || child.pid === undefined) throw new Error('not started')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`the process ended: ${program}`)
    return value
  }
  const { pid, stdin } = child
  await line()
  return { pid, line, tell: (text) => void stdin.write(`${text}\n`), end: () => end(child) }
}

/** Perl for PR_SET_PDEATHSIG, by the numbers of x86-64: a process ends when the one that started it does. */
export const endWithParent = 'my ($deathSignal, $kill) = (1, 9); syscall(157, $deathSignal, $kill)'

/** Says hello and sleeps. */
export const sleeper = 'print "up\\n"; sleep 1000'

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  // Its own session has its own process group: whatever it started ends too.
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  await exited
}
