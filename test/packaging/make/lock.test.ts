import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import { withLock } from '../../../packaging/make/lock.ts'

/** A process that holds the lock until it is killed. */
async function holder(file: string) {
  const code = `
    import { withLock } from ${JSON.stringify(new URL('../../../packaging/make/lock.ts', import.meta.url))}
    await withLock(${JSON.stringify(file)}, { waitSeconds: 10 }, () => {
      process.stdout.write('held')
      return new Promise((resolve) => setTimeout(resolve, 60_000))
    })`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return child
}

t.test('one at a time, in this process and in others', async (t) => {
  const file = join(t.testdir(), 'folder', 'lock')
  const seen: string[] = []
  const work = (name: string) => async () => {
    seen.push(`${name} begins`)
    await new Promise((resolve) => setTimeout(resolve, 20))
    seen.push(`${name} ends`)
  }
  await Promise.all(['a', 'b', 'c'].map((name) => withLock(file, { waitSeconds: 10 }, work(name))))
  t.equal(seen.length, 6)
  for (let at = 0; at < 6; at += 2) t.equal(seen[at]?.[0], seen[at + 1]?.[0], 'nobody comes between')
})

t.test('who waits in vain is told', async (t) => {
  const file = join(t.testdir(), 'lock')
  await withLock(file, { waitSeconds: 10 }, async () => {
    await t.rejects(
      withLock(file, { waitSeconds: 0 }, async () => t.fail('ran without the lock')),
      { code: 'BUILD_BUSY' },
    )
  })
})

t.test('a holder that is killed lets go', async (t) => {
  const file = join(t.testdir(), 'lock')
  const child = await holder(file)
  await t.rejects(
    withLock(file, { waitSeconds: 0 }, async () => {}),
    { code: 'BUILD_BUSY' },
  )
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.equal(await withLock(file, { waitSeconds: 10 }, async () => 'mine'), 'mine')
})

t.test('work that fails lets go, and its error is handed on', async (t) => {
  const file = join(t.testdir(), 'lock')
  const failing = withLock(file, { waitSeconds: 0 }, async () => {
    throw new Error('broke')
  })
  await t.rejects(failing, { message: 'broke' })
  t.equal(await withLock(file, { waitSeconds: 0 }, async () => 'mine'), 'mine')
})

t.test('a lock that cannot be is not taken for a busy one', async (t) => {
  await t.rejects(
    withLock('/proc/no-file-can-be-made-here', { waitSeconds: 0 }, async () =>
      t.fail('ran without the lock'),
    ),
    { code: 'LOCK_FAILED' },
  )
})
