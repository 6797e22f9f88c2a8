/**
 * Asks the kernel, through ss, for unix and TCP sockets: /proc does not tell which unix sockets are each other's ends,
 * and looks through all of the kernel's table to show TCP.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { UnavailableError } from '../../../../proto/errors.ts'
import type { Pace } from '../../../process/pace.ts'
import type { TcpSocket, UnixSocket } from '../facts.ts'
import { parseSockets } from './socket-listing.ts'

export interface NetworkNamespace {
  /** What it is called in /proc/PID/ns/net. */
  name: string
  /** A file that stands for it, such as /proc/812/ns/net. Undefined for the agent's own. */
  file?: string
}

export interface Sockets {
  unix: readonly UnixSocket[]
  tcp: readonly TcpSocket[]
  /** The process that listed them, which has ended. */
  pid: number
}

const command = [
  'ss',
  '--unix',
  '--tcp',
  '--all',
  '--numeric',
  '--no-header',
  '--extended',
  'exclude',
  'time-wait',
] as const
const longestWait = 20_000
const largestListing = 64 * 1024 * 1024
// Not execa, which takes half as long again to start a process: that holds the event loop in one piece.
const start = promisify(execFile)

/** @throws UnavailableError `SOCKETS_UNREADABLE` */
export async function listSockets({ name, file }: NetworkNamespace, pace: Pace): Promise<Sockets> {
  const enter = file === undefined ? [] : ['nsenter', `--net=${file}`, '--']
  const [program = '', ...rest] = [...enter, ...command]
  let pid = 0
  const unix: UnixSocket[] = []
  const tcp: TcpSocket[] = []
  try {
    const listing = start(program, rest, {
      timeout: longestWait,
      killSignal: 'SIGKILL',
      maxBuffer: largestListing,
    })
    pid = listing.child.pid ?? 0
    const { stdout } = await listing
    for (const socket of parseSockets(stdout)) {
      if ('peer' in socket) unix.push(socket)
      else tcp.push({ namespace: name, ...socket })
      if (pace.isDue()) await pace.rest()
    }
  } catch (cause) {
    // Otherwise the only process in it ended, and nothing is missed.
    if (file === undefined || existsSync(file)) throw unreadable(name, program, cause)
  }
  return { unix, tcp, pid }
}

function unreadable(namespace: string, program: string, cause: unknown): UnavailableError {
  return new UnavailableError({
    code: 'SOCKETS_UNREADABLE',
    message: `the sockets of the network namespace ${namespace} could not be listed by ${program}`,
    remedy: 'Install iproute2 and util-linux in the guest, and let cleave-agent enter network namespaces.',
    cause,
  })
}
