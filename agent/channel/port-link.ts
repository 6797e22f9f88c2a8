/**
 * Reads and writes an open virtio port. Its file descriptor is a blocking one: reads and writes park in the thread
 * pool, where they cost nothing and wake at once.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Link } from '../../proto/frames/session-stream.ts'

/** The two calls of a file handle that a port needs. */
export interface PortFile {
  read(buffer: Buffer, offset: number, length: number, position: null): Promise<{ bytesRead: number }>
  write(buffer: Buffer, offset: number, length: number, position: null): Promise<{ bytesWritten: number }>
}

export interface PortLink extends Link {
  /** Answers when everything that was written so far is on its way, at once when no host is there to wait for it. */
  flushed(): Promise<void>
  /**
   * Hands what the host sends to `receive` and calls `hostLost` when it has gone, until the port fails, which it
   * does when it is unplugged: then it throws the error of the system call.
   */
  run(handlers: { receive: (chunk: Buffer) => void; hostLost: () => void }): Promise<never>
}

const delimiter = Buffer.of(0)
// The kernel hands out a page at a time.
const readLength = 32 * 1024
const shortestWaitMs = 20
const longestWaitMs = 100

export function createPortLink(file: PortFile): PortLink {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  let present = true
  let paused: PromiseWithResolvers<void> | undefined

  const writeAll = async (bytes: Buffer): Promise<void> => {
    for (let from = 0; from < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, from, bytes.length - from, null)
      from += bytesWritten
    }
  }

  const writeInTurn = (bytes: Buffer): Promise<void> => {
    // At once where it may: an acceptance then travels while the session is set up.
    const turn = waiting === 0 ? writeAll(bytes) : last.then(() => writeAll(bytes))
    waiting += 1
    last = turn
      .catch(() => {})
      .finally(() => {
        waiting -= 1
      })
    return turn
  }

  // The kernel holds a write back until a host is there. A delimiter means nothing between frames.
  const hostArrives = (): Promise<void> => writeInTurn(delimiter)

  return {
    write: (bytes, done) => {
      writeInTurn(bytes).then(() => done(), done)
    },
    flushed: async () => {
      if (present) await last
    },
    pause: () => {
      paused ??= Promise.withResolvers()
    },
    resume: () => {
      paused?.resolve()
      paused = undefined
    },
    run: async ({ receive, hostLost }) => {
      const buffer = Buffer.allocUnsafe(readLength)
      let wait = shortestWaitMs
      for (;;) {
        await paused?.promise
        const { bytesRead } = await file.read(buffer, 0, readLength, null)
        if (bytesRead > 0) {
          present = true
          wait = shortestWaitMs
          receive(buffer.subarray(0, bytesRead))
          continue
        }
        if (present) {
          present = false
          hostLost()
        } else {
          // A host that comes and goes, or a kernel that takes the write without one: never spin.
          await delay(wait)
          wait = Math.min(2 * wait, longestWaitMs)
        }
        await hostArrives()
      }
    },
  }
}
