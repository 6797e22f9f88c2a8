/** The guardian's program: see guardian.ts. Its arguments are the settings as JSON and the operation's id. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Settings } from '../settings.ts'

// A process that ends closes its files a moment before it is gone.
const endingMs = 10_000
const lookAgainMs = 5

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
  // Loaded only now: it takes most of a second of a processor, which the operation needs for itself.
  const [{ Cleave }, { isAlive }] = await Promise.all([
    import('../cleave.ts'),
    import('../store/process-handle.ts'),
  ])
  using cleave = await Cleave.open({ ...(JSON.parse(settings) as Settings), recover: false })
  const deadline = performance.now() + endingMs
  const isCarriedOut = () => {
    const { state, owner } = cleave.operations.get(operation)
    return state === 'running' && isAlive(owner)
  }
  while (isCarriedOut() && performance.now() < deadline) await delay(lookAgainMs)
  await cleave.operations.recover()
}
