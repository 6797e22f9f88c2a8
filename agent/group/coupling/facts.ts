/** What the channels decide on: everything that was read of the guest, as plain data. */
import type { Process } from '../../../proto/generated/messages.ts'
import type { ObservedProcess } from '../../process/source.ts'

export interface CouplingFacts {
  /** The workload: every process that is no infrastructure, by rising pid. */
  processes: readonly ObservedProcess[]
  unixSockets: readonly UnixSocket[]
  tcpSockets: readonly TcpSocket[]
  pipes: readonly SharedPipe[]
  files: readonly SharedFile[]
  messageQueues: readonly MessageQueue[]
}

/** One end of a unix socket. Inodes are '0' for none. */
export interface UnixSocket {
  inode: string
  peer: string
  /** Path, or an abstract name with `@` before it; empty for none. */
  name: string
  /** Of a listener: ends of connections that it has not yet accepted. */
  pending: readonly string[]
}

export interface TcpSocket {
  /** What a network namespace is called in /proc/PID/ns/net. */
  namespace: string
  /** `127.0.0.1:6379`, `[::1]:25`; a mapped IPv4 address as IPv4. */
  local: string
  remote: string
  state: 'connected' | 'listening'
  /** '0' for a connection that its listener has not yet accepted. */
  inode: string
}

/** A pipe that several processes of the workload hold. */
export interface SharedPipe {
  inode: string
  holders: readonly Process[]
  /** False when none of them can read it. */
  isRead: boolean
}

export interface FileHolder {
  process: Process
  canRead: boolean
  canWrite: boolean
}

/** A file that several processes of the workload have open, at least one of them for writing. */
export interface SharedFile {
  kind: 'file' | 'fifo' | 'message queue'
  path: string
  holders: readonly FileHolder[]
}

/** A System V message queue. */
export interface MessageQueue {
  id: number
  /** Pids, 0 for none. */
  lastSender: number
  lastReceiver: number
}
