/** One `ip -batch -` process: started when there is time, told what to do when there is none. */
import { execa } from 'execa'
import { FailedError } from '../../proto/errors.ts'

export interface IpProcess {
  /**
   * Does all commands, up to the first that fails. Once.
   *
   * @throws FailedError `ADDRESSES_FAILED` with what ip said
   */
  run(batch: string): Promise<void>
  /** Ends it when it is not needed after all. */
  close(): Promise<void>
}

const boundMilliseconds = 10_000

export function startIp(): IpProcess {
  // Errors are taken from the result: nobody may wait for this process for a long time.
  const child = execa('ip', ['-batch', '-'], { reject: false, stdout: 'ignore', maxBuffer: 100_000 })
  // Writing to one that has ended fails here too, and the result says why it ended.
  child.stdin.on('error', () => undefined)
  // Something without an effect, for which it loads and asks the kernel all that it needs.
  child.stdin.write('link show dev lo\n')

  const finish = async (batch?: string) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), boundMilliseconds)
    if (batch === undefined) child.stdin.end()
    else child.stdin.end(batch)
    try {
      return await child
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    async run(batch) {
      const result = await finish(batch)
      if (result.exitCode === 0) return
      throw new FailedError({
        code: 'ADDRESSES_FAILED',
        message: `ip could not set the addresses: ${result.stderr.trim() || result.shortMessage}`,
        remedy: 'See the log of cleave-agent in the guest; check that iproute2 is installed there.',
        cause: result,
      })
    },
    async close() {
      await finish()
    },
  }
}
