/** Programs of others that serve while a test runs. */
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import type { Test } from 'tap'

const startMs = 20_000

/** Starts it in the foreground and waits until `isReady` does not throw any more. It ends with the test. */
export async function runServer(
  t: Test,
  command: readonly [program: string, ...words: string[]],
  isReady: () => Promise<unknown>,
): Promise<void> {
  const [program, ...words] = command
  const running = execa(program, words, {
    stdin: 'ignore',
    all: true,
    reject: false,
    forceKillAfterDelay: 2000,
    maxBuffer: { all: 1_000_000 },
  })
  t.teardown(async () => {
    running.kill()
    await running
  })
  const ended = running.then(({ all }) => {
    throw new Error(`${program} has ended: ${all}`)
  })
  ended.catch(() => {})
  const deadline = performance.now() + startMs
  for (;;) {
    try {
      await Promise.race([isReady(), ended])
      return
    } catch (error) {
      if (performance.now() > deadline || String(error).includes('has ended')) throw error
      await delay(50)
    }
  }
}
