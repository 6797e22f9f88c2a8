/** Serves sessions on a virtio port, whenever there is one. */
import { constants, type FileHandle, open } from 'node:fs/promises'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../log.ts'
import { createPortLink, type PortFile, type PortLink } from './port-link.ts'
import { createSessions } from './sessions.ts'

export interface PortOptions {
  /** Such as `/dev/virtio-ports/org.cleave.agent`. It may appear later, or never. */
  path: string
  onSession: (stream: Duplex) => void
  log: Log
}

export interface Port {
  /** Looks for the port and serves it, for as long as the process runs. A port that was opened is freed only by its end. */
  serve(): Promise<never>
  /** Answers when what was written is on its way to the host, if there is one. It may take nothing for long. */
  flushed(): Promise<void>
}

const shortestWaitMs = 50
// A machine that has no port is asked for it this often as long as it runs.
const longestWaitMs = 1_000

export function createPort({ path, onSession, log }: PortOptions): Port {
  let link: PortLink | undefined

  const serveFile = async (file: PortFile): Promise<never> => {
    const opened = createPortLink(file)
    link = opened
    const sessions = createSessions({ link: opened, onSession })
    try {
      return await opened.run({
        receive: sessions.receive,
        hostLost: () => {
          log('debug', 'the host left the channel')
          sessions.lost('the host left the channel')
        },
      })
    } finally {
      link = undefined
      sessions.lost('the virtio port failed')
    }
  }

  const serve = async (): Promise<never> => {
    let complaint: unknown
    let wait = shortestWaitMs
    for (;;) {
      let file: FileHandle | undefined
      try {
        // The kernel lets a port be opened once, so for both directions.
        file = await open(path, constants.O_RDWR | constants.O_NOCTTY)
        log('info', 'serving the virtio port', { path })
        complaint = undefined
        wait = shortestWaitMs
        await serveFile(file)
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code
        // EBUSY lasts as long as an agent before this one takes to end. Say it once, not every second.
        if (code !== complaint) log(code === 'ENOENT' ? 'info' : 'warning', 'no virtio port', { path, error })
        complaint = code
      } finally {
        await file?.close()
      }
      await delay(wait)
      wait = Math.min(2 * wait, longestWaitMs)
    }
  }

  return { serve, flushed: async () => link?.flushed() }
}
