/** A session as gRPC uses it: a duplex stream with back-pressure both ways. */
import { Duplex } from 'node:stream'
import { abortFrame, type Counters } from './counters.ts'
import { encodeFrame, type Frame, largestPayload } from './frame.ts'

type Done = (error?: Error | null) => void

/** What carries the bytes of frames: a virtio port or a socket. */
export interface Link {
  /** Calls `done` when more may be written, with an error when the bytes can't arrive. Writes keep their order. */
  write(bytes: Buffer, done: Done): void
  /** Stops reading until {@link resume}. */
  pause(): void
  resume(): void
}

export interface SessionStream {
  readonly stream: Duplex
  /** A payload that came from the other side. */
  deliver(payload: Buffer): void
  /** The session is over: with a reason the stream fails, without one it ends. */
  end(reason?: string): void
}

/** @param options.onClosed called once, when the stream is closed, whichever side ended it */
export function createSessionStream(options: {
  counters: Counters
  link: Link
  onClosed: () => void
}): SessionStream {
  const { counters, link, onClosed } = options
  // From then on neither frames nor the pace of the link are this session's business.
  let over = false

  const leave = (): void => {
    over = true
    // The link may be paused for this session, and serves the next one too.
    link.resume()
  }

  const send = (frame: Frame, done: Done): void => link.write(encodeFrame(frame), done)

  const sendData = (bytes: Buffer, done: Done): void => {
    if (over) {
      done(new Error('the session is over'))
      return
    }
    const rest = bytes.subarray(largestPayload)
    send(counters.send('data', bytes.subarray(0, largestPayload)), (error) => {
      if (error || rest.length === 0) done(error)
      else sendData(rest, done)
    })
  }

  const stream = new Duplex({
    allowHalfOpen: false,
    read: () => {
      if (!over) link.resume()
    },
    write: (bytes: Buffer, _encoding, done) => sendData(bytes, done),
    writev: (chunks, done) => sendData(Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer)), done),
    final: (done) => {
      if (over) return done()
      send(counters.send('close', Buffer.alloc(0)), done)
      leave()
      // A close is for both directions.
      stream.push(null)
    },
    destroy: (error, done) => {
      if (!over) {
        send(abortFrame(counters.session), () => {})
        leave()
      }
      onClosed()
      done(error)
    },
  })

  return {
    stream,
    deliver: (payload) => {
      if (!over && !stream.push(payload)) link.pause()
    },
    end: (reason) => {
      if (over) return
      leave()
      if (reason === undefined) stream.push(null)
      else stream.destroy(new Error(reason))
    },
  }
}
