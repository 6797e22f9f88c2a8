/** Connects to the agent of one guest. */
import { agentServices } from '../../proto/definition.ts'
import { BusyError, CleaveError, UnansweredError, UnavailableError } from '../../proto/errors.ts'
import { protocolVersion } from '../../proto/version.ts'
import type { AgentClient } from './agent-client.ts'
import { createAgentClient } from './create-agent-client.ts'
import { createSessionChannel, type SessionChannel } from './session-channel.ts'
import { versionMismatch } from './version-mismatch.ts'

// Why it failed is known by then: the next call says so at once.
const reasonMs = 100

export interface ConnectAgentOptions {
  /** Absolute path: the host's end of a machine's agent channel, or the agent's own socket inside the guest. */
  socketPath: string
  /** For messages, such as `the agent of shop`. */
  peer: string
  /**
   * How long the agent may take to answer for the first time, in milliseconds.
   *
   * @default 30_000
   */
  timeoutMs?: number
  /** Gives up connecting; without effect on a session that has begun. */
  signal?: AbortSignal
  /**
   * False for the agent's own socket inside the guest, where no frames are needed.
   *
   * @default true
   */
  framed?: boolean
}

/**
 * Begins a session. It is the only one that the channel serves: another host has to wait until it is closed.
 *
 * @throws UnavailableError `NO_CHANNEL` when nobody listens on the socket: the machine does not run
 * @throws BusyError `CHANNEL_BUSY` when too many hosts wait for it
 * @throws UnansweredError `NO_ANSWER` when no agent granted a session within `timeoutMs`
 * @throws RefusedError `AGENT_VERSION` when the agent speaks another protocol
 * @throws the reason of `signal`
 */
export async function connectAgent(options: ConnectAgentOptions): Promise<AgentClient> {
  const { peer, timeoutMs = 30_000, signal, framed = true } = options
  signal?.throwIfAborted()
  const channel = createSessionChannel({ socketPath: options.socketPath, peer, framed })
  const giveUp = (): void => void channel.close()
  signal?.addEventListener('abort', giveUp, { once: true })
  try {
    const opened = await channel.open(timeoutMs)
    // Frames carry the version themselves, and a split has no time for a call that tells it nothing.
    if (!framed || !opened) await checkVersion(channel, peer, opened ? timeoutMs : reasonMs)
    return createAgentClient(channel)
  } catch (error) {
    await channel.close()
    signal?.throwIfAborted()
    throw explain(error, channel, options)
  } finally {
    signal?.removeEventListener('abort', giveUp)
  }
}

async function checkVersion(channel: SessionChannel, peer: string, timeoutMs: number): Promise<void> {
  const info = await channel.ask(agentServices.Agent.service.GetInfo, {}, timeoutMs)
  if (info.protocolVersion === protocolVersion) return
  throw versionMismatch({ peer, agent: info.protocolVersion, host: protocolVersion })
}

function explain(failure: unknown, channel: SessionChannel, options: ConnectAgentOptions): unknown {
  const opening = channel.opening()
  if (!(failure instanceof UnansweredError)) return failure
  if (opening.reached === 'nobody' && isBacklogFull(failure)) {
    return new BusyError({
      code: 'CHANNEL_BUSY',
      message: `others wait for ${options.peer} already, while one is at work on it`,
      remedy: 'Try again when they have ended.',
      cause: failure,
    })
  }
  if (opening.reached === 'nobody') {
    return new UnavailableError({
      code: 'NO_CHANNEL',
      message: `${options.peer} cannot be reached on ${options.socketPath}`,
      remedy: 'Start the machine, and run this as the user that it runs as.',
      cause: failure,
    })
  }
  if (opening.reached === 'agent') return failure
  if (opening.error instanceof CleaveError) return opening.error
  return new UnansweredError({
    code: 'NO_ANSWER',
    message: `${options.peer} granted no session within ${options.timeoutMs ?? 30_000} ms`,
    remedy:
      'Check that the machine has booted, that cleave-agent is active in it, and that no other command is at work on it.',
    cause: opening.error ?? failure,
  })
}

/** gRPC hands the error of the system on as text only. */
function isBacklogFull(failure: UnansweredError): boolean {
  return String((failure.cause as Error | undefined)?.message).includes('EAGAIN')
}
