/** What the driver keeps of a machine's process. Pure. */
import { join } from 'node:path'
import { InvalidRequestError } from '../../../proto/errors.ts'
import type { MachineRecord } from '../../store/records.ts'

export interface MachineFiles {
  /** QMP, for whoever changes the machine. */
  monitor: string
  /** QMP, for whoever only looks, also while an operation holds the other one. */
  observer: string
  /** The host's end of the agent's channel. */
  agent: string
  /** The host's end of the port of the agent's adopter. */
  adopter: string
  /** The host's end of qemu-guest-agent's channel. */
  guestAgent: string
  /** The serial console. */
  console: string
  /** Where a waiting child takes its parent's state from. */
  incoming: string
  /** Where a parent's state goes to. */
  outgoing: string
  /** The file for a parent's whole state, for the moment that it has a name. */
  state: string
  /** All that the serial console said. */
  consoleLog: string
  /** What QEMU itself says. */
  log: string
  /** Which process runs the machine. */
  process: string
}

/** The fields of a record that say where its process has its files. */
type Place = Pick<MachineRecord, 'directory' | 'runtime'>

/** The folder of a machine's sockets and logs. */
export function runtimeFolder({ directory, runtime = directory }: Place): string {
  return runtime
}

export function machineFiles(machine: Place): MachineFiles {
  const at = (name: string) => join(runtimeFolder(machine), name)
  return {
    monitor: at('monitor.sock'),
    observer: at('observer.sock'),
    agent: at('agent.sock'),
    adopter: at('adopter.sock'),
    guestAgent: at('qga.sock'),
    console: at('console.sock'),
    incoming: at('incoming.sock'),
    outgoing: at('outgoing.sock'),
    state: at('state'),
    consoleLog: at('console.log'),
    log: at('qemu.log'),
    process: at('qemu.pid'),
  }
}

/** The files that are worth nothing once the machine's process has ended. */
export function transientFiles(machine: Place): string[] {
  const { log, consoleLog, ...transient } = machineFiles(machine)
  return Object.values(transient)
}

/** What a path of a unix socket may have at most on Linux: sun_path without its null (unix(7)). */
const longestSocketPath = 107

/** @throws InvalidRequestError `PATH_TOO_LONG` when the sockets would not fit */
export function checkSocketPaths(machine: Place & Pick<MachineRecord, 'name'>): void {
  const longest = transientFiles(machine).reduce((one, other) => (one.length > other.length ? one : other))
  if (Buffer.byteLength(longest) <= longestSocketPath) return
  throw new InvalidRequestError({
    code: 'PATH_TOO_LONG',
    message: `the sockets of ${machine.name} can't be in ${runtimeFolder(machine)}: a path of one has at most ${longestSocketPath} bytes`,
    remedy: 'Use a shorter name for the machine, or a shorter home folder (CLEAVE_HOME).',
  })
}
