import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { precede } from '../../../../../sdk/hypervisor/qemu/fork/precedence.ts'

// See sched(7).
const [usual, roundRobin] = [0, 2]
const skip = process.getuid?.() === 0 ? false : 'root only'

async function sleeper(t: Test): Promise<number> {
  const child = spawn('sleep', ['100'], { stdio: 'ignore' })
  await once(child, 'spawn')
  t.teardown(() => end(child))
  return child.pid ?? 0
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

function policy(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // Field 41 of proc_pid_stat(5); the third is the first behind the name.
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[38])
}

async function becomes(pid: number, expected: number): Promise<boolean> {
  for (let look = 0; look < 500; look += 1) {
    if (policy(pid) === expected) return true
    await delay(10)
  }
  return false
}

t.test('processes go first, and no longer than asked for', { skip }, async (t) => {
  const pids = [await sleeper(t), await sleeper(t)]
  {
    using _precedence = await precede(pids)
    for (const pid of pids) t.equal(policy(pid), roundRobin)
  }
  for (const pid of pids) t.ok(await becomes(pid, usual))
})

t.test('when one of them is gone, nobody goes first', { skip }, async (t) => {
  const pid = await sleeper(t)
  const gone = spawn('true')
  await once(gone, 'exit')
  using _precedence = await precede([pid, gone.pid ?? 0])
  t.ok(await becomes(pid, usual))
})

/** Another process that asks for it. */
async function asker(t: Test, pid: number, wrapper: readonly string[] = []): Promise<ChildProcess> {
  const module = import.meta.resolve('../../../../../sdk/hypervisor/qemu/fork/precedence.ts')
  const code = `await (await import('${module}')).precede([${pid}]); console.log('up'); setInterval(() => {}, 1000)`
  const words = [...wrapper, process.execPath, '--input-type=module', '--eval', code]
  const child = spawn(words[0] ?? '', words.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => end(child))
  await once(child.stdout, 'data')
  return child
}

t.test('a process that asked for it and is killed', { skip }, async (t) => {
  const pid = await sleeper(t)
  const child = await asker(t, pid)
  t.equal(policy(pid), roundRobin)
  child.kill('SIGKILL')
  t.ok(await becomes(pid, usual))
})

t.test('without the right to it', { skip }, async (t) => {
  const pid = await sleeper(t)
  await asker(t, pid, ['setpriv', '--bounding-set', '-sys_nice'])
  t.equal(policy(pid), usual)
})
