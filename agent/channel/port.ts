/** Serves sessions on a virtio port, whenever there is one. */
import { constants, type FileHandle, open } from 'node:fs/promises'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../log.ts'
import { createPortLink, type PortFile } from './port-link.ts'
import { createSessions } from './sessions.ts'

export interface PortOptions {
  /** Such as `/dev/virtio-ports/org.cleave.agent`. It may appear later, or never. */
  path: string
  onSession: (stream: Duplex) => void
  log: Log
  /** Ends the search for the port. A port that was opened is freed only by the end of the process. */
  signal: AbortSignal
}

const shortestWaitMs = 50
// A machine that has no port is asked for it this often as long as it runs.
const longestWaitMs = 1_000

/** Never returns while the port works; returns when `signal` aborts. */
export async function servePort(options: PortOptions): Promise<void> {
  const { path, onSession, log, signal } = options
  let complaint: unknown
  let wait = shortestWaitMs
  while (!signal.aborted) {
    let file: FileHandle | undefined
    try {
      // The kernel lets a port be opened once, so for both directions.
      file = await open(path, constants.O_RDWR | constants.O_NOCTTY)
      log('info', 'serving the virtio port', { path })
      complaint = undefined
      wait = shortestWaitMs
      await serve(file, onSession, log)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      // EBUSY lasts as long as an agent before this one takes to end. Say it once, not every second.
      if (code !== complaint) log(code === 'ENOENT' ? 'info' : 'warning', 'no virtio port', { path, error })
      complaint = code
    } finally {
      await file?.close()
    }
    await delay(wait, undefined, { signal }).catch(() => {})
    wait = Math.min(2 * wait, longestWaitMs)
  }
}

async function serve(file: PortFile, onSession: (stream: Duplex) => void, log: Log): Promise<never> {
  const link = createPortLink(file)
  const sessions = createSessions({ link, onSession })
  try {
    return await link.run({
      receive: sessions.receive,
      hostLost: () => {
        log('debug', 'the host left the channel')
        sessions.lost('the host left the channel')
      },
    })
  } finally {
    sessions.lost('the virtio port failed')
  }
}
