/** The agent's side of the channel: which frames begin, feed and end a session. Pure. */
import { abortFrame, type Counters, createCounters } from './counters.ts'
import type { Frame } from './frame.ts'
import { greet, greetedVersion } from './greeting.ts'

/** What to do about a frame, in order. */
export type AcceptorAction =
  | { do: 'send'; frame: Frame }
  | { do: 'begin'; counters: Counters }
  | { do: 'deliver'; payload: Buffer }
  /** The session in force is over; without a reason it ended in good order. */
  | { do: 'end'; reason?: string }

export interface Acceptor {
  receive(frame: Frame): AcceptorAction[]
  /** The agent itself ended the session in force. */
  end(): void
}

/** @param version the protocol that this agent speaks; a host with another one is told so and gets no session */
export function createAcceptor(version: number): Acceptor {
  let current: Counters | undefined
  // A host may still be sending on the session that this side ended: it was told once.
  let ended: bigint | undefined

  const finish = (reason?: string): AcceptorAction[] => {
    if (current === undefined) return []
    ended = current.session
    current = undefined
    return [reason === undefined ? { do: 'end' } : { do: 'end', reason }]
  }

  const giveUp = (session: bigint): AcceptorAction => ({ do: 'send', frame: abortFrame(session) })

  const open = (frame: Frame): AcceptorAction[] => {
    const { session } = frame
    if (session === ended) return [giveUp(session)]
    const actions = session === current?.session ? [] : finish('a new host took over the channel')
    if (greetedVersion(frame) !== version) {
      return [...actions, { do: 'send', frame: greet('refuse', session, version) }]
    }
    actions.push({ do: 'send', frame: greet('accept', session, version) })
    if (current === undefined) {
      current = createCounters(session)
      actions.push({ do: 'begin', counters: current })
    }
    return actions
  }

  const carry = (frame: Frame): AcceptorAction[] => {
    const { session } = frame
    if (session === current?.session) {
      if (current.receive(frame)) return [{ do: 'deliver', payload: frame.payload }]
      return [giveUp(session), ...finish('bytes were lost on the channel')]
    }
    if (session === ended) return []
    // The host of a session that was opened with an agent that has restarted since: it need not wait for a deadline.
    ended = session
    return [giveUp(session)]
  }

  return {
    receive: (frame) => {
      switch (frame.type) {
        case 'open':
          return open(frame)
        case 'data':
          return carry(frame)
        case 'close':
          if (frame.session !== current?.session) return []
          return finish(current.receive(frame) ? undefined : 'the host gave the session up')
        default:
          return []
      }
    },
    end: () => {
      finish()
    },
  }
}
