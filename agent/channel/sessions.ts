/** Turns what arrives on a link into sessions, one at a time. */
import type { Duplex } from 'node:stream'
import { type Acceptor, type AcceptorAction, createAcceptor } from '../../proto/frames/acceptor.ts'
import { abortFrame, type Counters, everySession } from '../../proto/frames/counters.ts'
import { createFrameDecoder } from '../../proto/frames/decoder.ts'
import { encodeFrame } from '../../proto/frames/frame.ts'
import { createSessionStream, type Link, type SessionStream } from '../../proto/frames/session-stream.ts'
import { protocolVersion } from '../../proto/version.ts'

export interface Sessions {
  /** The next bytes from the link. The buffer may be reused when this returns. */
  receive(chunk: Buffer): void
  /** The host went away: the session in force fails, the link stays for the next one. */
  lost(reason: string): void
}

export interface SessionsOptions {
  link: Link
  /** Given each session as it begins. */
  onSession: (stream: Duplex) => void
  /**
   * How long a session may leave what arrived unread before it is ended: while it does, the link is paused, and
   * the next host could not be heard.
   *
   * @default 10_000
   */
  unreadMs?: number
  /** @default proto/version.ts */
  version?: number
}

export function createSessions(options: SessionsOptions): Sessions {
  const { link, onSession, unreadMs = 10_000, version = protocolVersion } = options
  const decode = createFrameDecoder()
  const acceptor: Acceptor = createAcceptor(version)
  let current: SessionStream | undefined

  const begin = (counters: Counters): void => {
    let unread: NodeJS.Timeout | undefined
    const session = createSessionStream({
      counters,
      link: {
        write: link.write,
        pause: () => {
          unread ??= setTimeout(() => session.stream.destroy(new Error('nobody reads')), unreadMs)
          link.pause()
        },
        resume: () => {
          clearTimeout(unread)
          unread = undefined
          link.resume()
        },
      },
      onClosed: () => {
        if (current !== session) return
        current = undefined
        acceptor.end()
      },
    })
    current = session
    // Its user hears of an error too; without a listener one that comes before it is used would end the process.
    session.stream.on('error', () => {})
    onSession(session.stream)
  }

  const end = (reason?: string): void => {
    const session = current
    current = undefined
    session?.end(reason)
  }

  const act = (action: AcceptorAction): void => {
    switch (action.do) {
      case 'send':
        // A reply that can't be written is as good as lost: the host repeats its open.
        link.write(encodeFrame(action.frame), () => {})
        break
      case 'begin':
        begin(action.counters)
        break
      case 'deliver':
        current?.deliver(action.payload)
        break
      case 'end':
        end(action.reason)
    }
  }

  // A host may still wait for an answer of the agent before this one.
  act({ do: 'send', frame: abortFrame(everySession) })

  return {
    receive: (chunk) => {
      for (const frame of decode(chunk)) for (const action of acceptor.receive(frame)) act(action)
    },
    lost: (reason) => {
      acceptor.end()
      end(reason)
    },
  }
}
