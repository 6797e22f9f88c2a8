/** The host's side of the channel: one session, from its opening to its end. Pure. */
import { type Counters, createCounters, everySession } from './counters.ts'
import type { Frame } from './frame.ts'
import { greet, greetedVersion } from './greeting.ts'

/** What to do about a frame. */
export type OpenerAction =
  | { do: 'begin'; counters: Counters }
  /** The agent speaks `version` instead. */
  | { do: 'refused'; version: number }
  | { do: 'deliver'; payload: Buffer }
  /** The session is over; without a reason it ended in good order. */
  | { do: 'end'; reason?: string }

export interface Opener {
  /** To be sent, and repeated until an action comes: the agent may not be up yet. */
  readonly open: Frame
  receive(frame: Frame): OpenerAction | undefined
}

/** @param options.session drawn at random by the caller, so that no frame of an earlier session has it */
export function createOpener(options: { session: bigint; version: number }): Opener {
  const { session, version } = options
  const counters = createCounters(session)
  let state: 'opening' | 'open' | 'over' = 'opening'

  const begin = (): OpenerAction => {
    state = 'open'
    return { do: 'begin', counters }
  }

  const finish = <Action extends OpenerAction>(action: Action): Action => {
    state = 'over'
    return action
  }

  return {
    open: greet('open', session, version),
    receive: (frame) => {
      if (state === 'over') return undefined
      if (frame.session === everySession && frame.type === 'close' && state === 'open') {
        return finish({ do: 'end', reason: 'the agent was restarted' })
      }
      // Stale bytes of an older session.
      if (frame.session !== session) return undefined
      switch (frame.type) {
        case 'accept':
          return state === 'opening' ? begin() : undefined
        case 'refuse':
          return state === 'opening' ? finish({ do: 'refused', version: greetedVersion(frame) }) : undefined
        case 'close':
          if (state === 'open' && counters.receive(frame)) return finish({ do: 'end' })
          return finish({ do: 'end', reason: 'the agent gave the session up' })
        case 'data':
          if (state === 'open' && counters.receive(frame)) return { do: 'deliver', payload: frame.payload }
          return finish({ do: 'end', reason: 'bytes were lost on the channel' })
        default:
          return undefined
      }
    },
  }
}
