import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** A block in which no page stays takes tenths of a second. */
const longestMs = 10_000

/**
 * Asks the kernel to stop using a block of memory. It moves pages for as long as they come back, and only a signal ends that: so
 * another process asks.
 *
 * @returns whether it did
 */
export async function letRest(stateFile: string, boundMs: number): Promise<boolean> {
  const asking = spawn('sh', ['-c', 'echo offline >"$1"', 'sh', stateFile], {
    stdio: 'ignore',
    timeout: Math.ceil(Math.max(1, Math.min(longestMs, boundMs))),
    killSignal: 'SIGKILL',
  })
  const [code] = await once(asking, 'exit')
  return code === 0
}
