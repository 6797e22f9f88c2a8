/** The guardian's program: see guardian.ts. Its arguments are the settings as JSON and the operation's id. */
import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Settings } from '../settings.ts'

// A process that ends closes its files a moment before it is gone.
const endingMs = 10_000
const lookAgainMs = 5
// A guest may be busy or starting again, and a disk's server be away for minutes: who waits for its groups can't do more either.
const pausesMs = [0, 5_000, 15_000, 60_000, 180_000, 600_000]

const [settings = '{}', operation = ''] = process.argv.slice(2)
let isDismissed = false
process.stdin
  .on('data', () => {
    isDismissed = true
  })
  .on('end', () => {
    if (isDismissed) return
    recover().catch((error) => {
      process.stderr.write(`cleave: ${error instanceof Error ? error.message : error}\n`)
      process.exitCode = 1
    })
  })

async function recover(): Promise<void> {
  const given = JSON.parse(settings) as Settings
  // Opening it would make it anew.
  const isGone = () => !existsSync(given.home)
  if (isGone()) return
  // Loaded only now: it takes most of a second of a processor, which the operation needs for itself.
  const [{ Cleave }, { isAlive }] = await Promise.all([
    import('../cleave.ts'),
    import('../store/process-handle.ts'),
  ])
  using cleave = await Cleave.open({ ...given, recover: false })
  const isCarriedOut = () => {
    const { state, owner } = cleave.operations.get(operation)
    return state === 'running' && isAlive(owner)
  }
  const deadline = performance.now() + endingMs
  while (isCarriedOut() && performance.now() < deadline) await delay(lookAgainMs)
  for (const pauseMs of pausesMs) {
    await delay(pauseMs)
    if (isGone() || cleave.operations.get(operation).state !== 'running') return
    await cleave.operations.recover()
  }
}
