/** A line of JSON for each request and connection, in a file. */
import { open } from 'node:fs/promises'
import type { Log } from './log.ts'

export interface AccessLog {
  /** False when nobody reads them: then lines need not be made. */
  readonly isOn: boolean
  write(line: Readonly<Record<string, unknown>>): void
  /** Opens the file anew, after it was moved away. @throws as `open`; lines go on to the old one */
  reopen(path: string | undefined): Promise<void>
  /** Writes what is left. */
  close(): Promise<void>
  /** Lines that found no room, as the disk was too slow. */
  readonly dropped: number
}

const flushMs = 200
// Some seconds of a busy proxy.
const mostWaiting = 8 * 1024 * 1024

export function createAccessLog(log: Log): AccessLog {
  let file: Awaited<ReturnType<typeof open>> | undefined
  let waiting: string[] = []
  let size = 0
  let dropped = 0
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  const flush = (): void => {
    timer = undefined
    const text = waiting.join('')
    const target = file
    waiting = []
    writing = writing
      .then(async () => void (text !== '' && (await target?.appendFile(text))))
      .catch((error) => log('error', 'lines of the access log are lost', { error }))
      .finally(() => {
        size -= text.length
      })
  }

  const close = async (): Promise<void> => {
    clearTimeout(timer)
    flush()
    await writing
    await file?.close()
    file = undefined
  }

  return {
    get isOn() {
      return file !== undefined
    },
    get dropped() {
      return dropped
    },
    write: (fields) => {
      if (file === undefined) return
      if (size > mostWaiting) {
        dropped++
        return
      }
      const line = `${JSON.stringify({ time: new Date().toISOString(), ...fields })}\n`
      waiting.push(line)
      size += line.length
      timer ??= setTimeout(flush, flushMs).unref()
    },
    reopen: async (path) => {
      const next = path === undefined ? undefined : await open(path, 'a', 0o640)
      await close()
      file = next
    },
    close,
  }
}
