import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { contained } from '../../../packaging/make/contained.ts'

const [file, ...args] = [...contained, 'sh', '-c', 'mount -t tmpfs none /mnt && sleep 60 & sleep 61']
const builder = `
  const { spawn } = require('node:child_process')
  const child = spawn(${JSON.stringify(file)}, ${JSON.stringify(args)})
  process.stdout.write(String(child.pid))
  setTimeout(() => {}, 60_000)`

const skip = process.getuid?.() === 0 ? false : 'only root may'

t.test('nothing of a contained command outlives its builder', { skip }, async (t) => {
  const owner = spawn(process.execPath, ['--eval', builder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [pid] = (await once(owner.stdout, 'data')) as [Buffer]
  const inside = await descendants(Number(pid), 3)
  t.notMatch(
    await readFile('/proc/self/mounts', 'utf8'),
    / \/mnt tmpfs /,
    'what it mounts is not seen outside',
  )
  owner.kill('SIGKILL')
  await once(owner, 'exit')
  for (const id of inside) t.ok(await isGone(id), `process ${id}`)
})

/** Waits until a process has `count` processes below it. */
async function descendants(pid: number, count: number): Promise<number[]> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const found = await below(pid)
    if (found.length >= count) return found
    await delay(20)
  }
  throw new Error(`process ${pid} has fewer than ${count} processes below it`)
}

async function below(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  const children = text.split(' ').filter(Boolean).map(Number)
  return [...children, ...(await Promise.all(children.map(below))).flat()]
}

async function isGone(pid: number): Promise<boolean> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const stat = existsSync(`/proc/${pid}`) ? await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '') : ''
    // An ended process that nobody has waited for yet runs no more.
    if (stat === '' || / Z /.test(stat)) return true
    await delay(20)
  }
  return false
}
