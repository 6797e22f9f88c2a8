/** Unary calls to an agent over one session. */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import {
  type ChannelInterface,
  Client,
  connectivityState,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import { type CleaveError, UnansweredError } from '../../proto/errors.ts'
import { longestAnswer, longestRequest } from '../../proto/message-sizes.ts'
import { fromStatus } from '../../proto/status.ts'
import { OneSessionCredentials } from './one-session.ts'
import { openSession } from './open-session.ts'

export interface SessionChannelOptions {
  /** Absolute path of a unix socket. */
  socketPath: string
  /** For messages, such as `the agent of shop`. */
  peer: string
  /** True for a machine's channel, false for a socket that speaks gRPC as it is. */
  framed: boolean
  /** @default proto/version.ts */
  version?: number
}

/** What is needed of a method in a service definition. */
export interface UnaryMethod<Request, Response> {
  path: string
  requestSerialize: (request: Request) => Buffer
  responseDeserialize: (bytes: Buffer) => Response
}

export interface SessionChannel {
  /** Opens the session, for which no call is needed. False when that failed, or took too long; the next call says why. */
  open(timeoutMs: number): Promise<boolean>
  /**
   * Makes one call. The first one opens the session, if that was not done before.
   *
   * @throws what the agent threw, or an `UnansweredError` (`NO_ANSWER`), at once when the session is over
   */
  ask<Request, Response>(
    method: UnaryMethod<Request, Response>,
    request: NoInfer<Request>,
    timeoutMs: number,
  ): Promise<Response>
  /** Whether nothing can be asked any more: it was closed, or the agent, its guest or the machine ended. */
  isOver(): boolean
  /** How far the opening of the session came, and what ended it there. */
  opening(): Opening
  /** Frees the socket, in less than a second. May be repeated. */
  close(): Promise<void>
}

export type Opening =
  | { reached: 'nobody' }
  /** Somebody took the connection, but no session began. */
  | { reached: 'socket'; error?: unknown }
  | { reached: 'agent' }

// Time for the agent to be told in good order, which a machine that is stopped must not hold up.
const farewellMs = 200
const longestFlushMs = 600

const hopeless = [connectivityState.TRANSIENT_FAILURE, connectivityState.SHUTDOWN]

export function createSessionChannel(options: SessionChannelOptions): SessionChannel {
  const { socketPath, peer } = options
  let connection: { socket: Socket; closed: Promise<unknown> } | undefined
  let session: { stream: Duplex; closed: Promise<unknown> } | undefined
  let refusal: unknown
  let over = false

  const open = async (socket: Socket): Promise<Duplex> => {
    connection = { socket, closed: closing(socket) }
    try {
      const stream = options.framed ? await openSession({ ...options, socket }) : socket
      session = { stream, closed: closing(stream) }
      stream.once('close', finish)
      return stream
    } catch (error) {
      refusal = error
      throw error
    }
  }

  const client = new Client(`unix:${socketPath}`, new OneSessionCredentials(open), {
    'grpc.enable_retries': 0,
    'grpc.enable_http_proxy': 0,
    'grpc.enable_channelz': 0,
    'grpc.service_config_disable_resolution': 1,
    // Each client has a session of its own, whatever others there are to the same socket.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.max_receive_message_length': longestAnswer,
    'grpc.max_send_message_length': longestRequest,
  })

  const finish = (): void => {
    over = true
    client.close()
  }

  const unanswered = (cause?: ServiceError): UnansweredError =>
    new UnansweredError({
      code: 'NO_ANSWER',
      message: `${peer} did not answer: its session is over`,
      remedy: 'Connect again; what the last call did is not known until you ask.',
      cause,
    })

  const explain = (failed: ServiceError): CleaveError => {
    const answer = fromStatus(failed, peer)
    // With the session gone, this is no answer of the agent.
    const lost = session?.stream.destroyed || failed.code === status.CANCELLED
    return answer.code === 'CALL_FAILED' && lost ? unanswered(failed) : answer
  }

  const ask: SessionChannel['ask'] = (method, request, timeoutMs) =>
    new Promise((resolve, reject) => {
      if (over) {
        reject(unanswered())
        return
      }
      client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        new Metadata(),
        { deadline: Date.now() + timeoutMs },
        (error, response) => {
          if (error) reject(explain(error))
          else resolve(response as never)
        },
      )
    })

  return {
    open: (timeoutMs) => becomeReady(client.getChannel(), Date.now() + timeoutMs),
    ask,
    isOver: () => over,
    opening: () => {
      if (session !== undefined) return { reached: 'agent' }
      return connection === undefined ? { reached: 'nobody' } : { reached: 'socket', error: refusal }
    },
    close: async () => {
      finish()
      if (session !== undefined) {
        await atMost(farewellMs, session.closed)
        session.stream.destroy()
      }
      if (connection !== undefined) {
        if (session === undefined) connection.socket.destroy()
        await atMost(longestFlushMs, connection.closed)
        connection.socket.destroy()
      }
    },
  }
}

function becomeReady(channel: ChannelInterface, deadline: number): Promise<boolean> {
  return new Promise((resolve) => {
    const look = (timedOut?: Error): void => {
      const state = channel.getConnectivityState(true)
      if (state === connectivityState.READY) resolve(true)
      else if (timedOut || hopeless.includes(state)) resolve(false)
      else channel.watchConnectivityState(state, deadline, look)
    }
    look()
  })
}

function closing(stream: Duplex): Promise<unknown> {
  return new Promise((resolve) => stream.once('close', resolve))
}

async function atMost(milliseconds: number, event: Promise<unknown>): Promise<void> {
  const stop = new AbortController()
  await Promise.race([event, delay(milliseconds, undefined, { signal: stop.signal }).catch(() => {})])
  stop.abort()
}
