/** Gives some processes a processor before all others, for as long as a pause takes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * It ends, and gives back what it gave, when its input ends: so also when this process is killed. The bound of `cat` is for
 * a process that hangs.
 */
const program = `
trap 'for pid; do chrt --other --pid 0 "$pid"; done' EXIT
for pid; do chrt --rr --pid 1 "$pid" || exit; done
echo
timeout 60 cat`

const startMs = 2000

/**
 * Lets the main threads of processes run before everything that is not real-time until it is disposed of. Their other
 * threads stay as they are, and so do processes that somebody gave another policy. Where that is not permitted it has no
 * effect.
 *
 * Without it, children of a split that run already keep the processors from those that have to start: a pause of eight
 * children on two processors took more than twice as long (docs/benchmarks.md).
 */
export async function precede(pids: readonly number[]): Promise<Disposable> {
  const usual = pids.filter(hasUsualPolicy).map(String)
  const helper = spawn('sh', ['-c', program, 'sh', ...usual], {
    // Not ended by a key that is meant for this process.
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  // It takes no input: that it has ended by itself is no failure.
  helper.stdin.on('error', () => {})
  helper.unref()
  const answer = [once(helper.stdout, 'data'), once(helper.stdout, 'end')]
  await Promise.race([...answer, delay(startMs, undefined, { ref: false })])
  helper.stdout.destroy()
  return { [Symbol.dispose]: () => void helper.stdin.destroy() }
}

/** SCHED_OTHER of sched(7): the one that is given back. */
function hasUsualPolicy(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // Field 41 of proc_pid_stat(5); the third is the first behind the name.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[38] === '0'
  } catch {
    // It has ended: the helper finds that out, too.
    return true
  }
}
