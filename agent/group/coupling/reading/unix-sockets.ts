/** Asks the kernel, through ss, which unix sockets are each other's ends: /proc/net/unix does not tell. */
import { existsSync } from 'node:fs'
import { execa } from 'execa'
import { UnavailableError } from '../../../../proto/errors.ts'
import type { Pace } from '../../../process/pace.ts'
import type { UnixSocket } from '../facts.ts'
import { parseUnixSockets } from './unix-socket-listing.ts'

export interface UnixSocketListing {
  sockets: UnixSocket[]
  /** The process that listed them, which has ended. */
  pid: number
}

const command = ['ss', '--unix', '--all', '--numeric', '--no-header', '--extended'] as const
const longestWait = 5000
const largestListing = 32 * 1024 * 1024

/**
 * @param options.namespace a path such as /proc/812/ns/net. @default the agent's own network namespace
 * @throws UnavailableError `SOCKETS_UNREADABLE`
 */
export async function listUnixSockets(options: {
  pace: Pace
  namespace?: string
}): Promise<UnixSocketListing> {
  const { pace, namespace } = options
  const enter = namespace === undefined ? [] : ['nsenter', `--net=${namespace}`, '--']
  const [file = '', ...rest] = [...enter, ...command]
  const child = execa(file, rest, { stdin: 'ignore', timeout: longestWait, maxBuffer: largestListing })
  try {
    const { stdout } = await child
    const sockets: UnixSocket[] = []
    for (const socket of parseUnixSockets(stdout)) {
      sockets.push(socket)
      if (pace.isDue()) await pace.rest()
    }
    return { sockets, pid: child.pid ?? 0 }
  } catch (cause) {
    // The only process in it ended.
    if (namespace !== undefined && !existsSync(namespace)) return { sockets: [], pid: child.pid ?? 0 }
    throw new UnavailableError({
      code: 'SOCKETS_UNREADABLE',
      message: `the unix sockets of ${namespace ?? 'the guest'} could not be listed by ${file}`,
      remedy: 'Install iproute2 and util-linux in the guest, and let cleave-agent enter network namespaces.',
      cause,
    })
  }
}
