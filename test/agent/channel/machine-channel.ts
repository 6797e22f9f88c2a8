/**
 * Stands where QEMU's character device and the guest's virtio port are: a unix socket that serves one host at a time,
 * leaves the others in its backlog, and joins them to an agent by a pipe of bytes that knows no boundaries between hosts.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { createSessions, type Sessions, type SessionsOptions } from '../../../agent/channel/sessions.ts'

export interface MachineChannel extends AsyncDisposable {
  readonly socketPath: string
  /** How many hosts were connected so far. */
  hosts(): number
  /** Kills the agent, which says nothing any more. Bytes from the host wait for {@link startAgent}. */
  killAgent(): void
  startAgent(): void
  /** Bytes that reach the host from nobody's session. */
  disturb(bytes: Buffer): void
}

export async function createMachineChannel(options: {
  onSession: (stream: Duplex) => void
  /** False keeps from the agent that a host has gone, as when a child wakes with its parent's memory. */
  tellHostLost?: boolean
  sessions?: Pick<SessionsOptions, 'version' | 'unreadMs'>
}): Promise<MachineChannel> {
  const { onSession, tellHostLost = true } = options
  const directory = await mkdtemp(join(tmpdir(), 'cleave-channel-'))
  const socketPath = join(directory, 'agent.sock')
  const waiting: Socket[] = []
  // Written while no host was there: the next one gets it.
  const undelivered: (() => void)[] = []
  let host: Socket | undefined
  let connected = 0
  const streams: Duplex[] = []
  let sessions: Sessions

  let agents = 0
  const startAgent = (): Sessions => {
    const agent = ++agents
    return createSessions({
      ...options.sessions,
      link: {
        write: (bytes, done) => {
          const write = (): void => {
            if (agent !== agents) done(new Error('the agent was ended'))
            else if (host === undefined) undelivered.push(write)
            else host.write(bytes, () => done())
          }
          write()
        },
        pause: () => host?.pause(),
        resume: () => host?.resume(),
      },
      onSession: (stream) => {
        streams.push(stream)
        onSession(stream)
      },
    })
  }
  sessions = startAgent()

  const admit = (): void => {
    host = waiting.shift()
    if (host === undefined) return
    connected += 1
    const admitted = host
    admitted.on('data', (chunk: Buffer) => sessions.receive(chunk))
    admitted.once('close', () => {
      host = undefined
      if (tellHostLost) sessions.lost('the host left')
      admit()
    })
    for (const write of undelivered.splice(0)) write()
  }

  const server = createServer((socket) => {
    socket.on('error', () => {})
    waiting.push(socket)
    if (host === undefined) admit()
  })
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))

  return {
    socketPath,
    hosts: () => connected,
    disturb: (bytes) => host?.write(bytes),
    killAgent: () => {
      agents += 1
      host?.pause()
      for (const stream of streams.splice(0)) stream.destroy()
    },
    startAgent: () => {
      sessions = startAgent()
      host?.resume()
    },
    async [Symbol.asyncDispose]() {
      for (const stream of streams) stream.destroy()
      for (const socket of [...waiting.splice(0), host]) socket?.destroy()
      await new Promise((resolve) => server.close(resolve))
      await rm(directory, { recursive: true })
    },
  }
}
