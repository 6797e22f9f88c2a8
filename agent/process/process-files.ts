/** Reads below /proc. A process may end, or be closed to the agent, between any two reads. */
import {
  closeSync,
  type Dir,
  lstatSync,
  opendirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  type Stats,
  statfsSync,
  statSync,
} from 'node:fs'
import { type AccessMode, parseAccessMode } from './access-mode.ts'

export interface ProcessFiles {
  /** Rising. */
  pids(): number[]
  /** A file that the kernel keeps short. Undefined when the process has ended or closed it to the agent. */
  text(pid: number, file: string): string | undefined
  /** The first bytes of a file, valid until the next call. */
  beginning(pid: number, file: string): Buffer | undefined
  /** A long file, in pieces of whole lines. One without `mark` may be empty: most of them need not become text. */
  pieces(pid: number, file: string, mark: string): Generator<string>
  /**
   * The numbers of its open files, in batches.
   *
   * @param slots not fewer than there are
   */
  descriptors(pid: number, slots: number): Generator<readonly string[]>
  link(pid: number, path: string): string | undefined
  /** How one of its files is open; asks no file system. */
  access(pid: number, descriptor: string): AccessMode | undefined
  /** Asks the file system of one of its open files. */
  stat(pid: number, descriptor: string): Stats | undefined
  /** The number that statfs(2) gives the file system of one of its open files. */
  fileSystemType(pid: number, descriptor: string): number | undefined
  /** Processes that could not be read whole, by a rule of the system or of this file, since the last call. */
  takeDenied(): Set<number>
}

const beginningBytes = 4096
// The kernel hands out at most a page of whole lines at a time, but a longer line alone.
const pieceBytes = 64 * 1024
// Far more than vm.max_map_count, 65,530 mappings, lets a process have.
const longestFile = 32 * 1024 * 1024
const lineEnd = 0x0a
const smallDirectory = 4096
const batch = 512

const gone = new Set(['ENOENT', 'ESRCH'])
const denied = new Set(['EACCES', 'EPERM'])

/** @param root where /proc is */
export function createProcessFiles(root: string): ProcessFiles {
  const first = Buffer.alloc(beginningBytes)
  const piece = Buffer.alloc(pieceBytes)
  let closed = new Set<number>()

  const attempt = <Result>(pid: number, read: () => Result): Result | undefined => {
    try {
      return read()
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : ''
      if (denied.has(code)) closed.add(pid)
      else if (!gone.has(code)) throw error
      return undefined
    }
  }

  return {
    pids: () =>
      readdirSync(root)
        .map(Number)
        .filter(Number.isInteger)
        .sort((a, b) => a - b),

    text: (pid, file) => attempt(pid, () => readFileSync(`${root}/${pid}/${file}`, 'utf8')),

    beginning(pid, file) {
      const descriptor = attempt(pid, () => openSync(`${root}/${pid}/${file}`, 'r'))
      if (descriptor === undefined) return undefined
      try {
        const length = attempt(pid, () => readSync(descriptor, first, 0, beginningBytes, 0))
        return length === undefined ? undefined : first.subarray(0, length)
      } finally {
        closeSync(descriptor)
      }
    },

    *pieces(pid, file, mark) {
      const descriptor = attempt(pid, () => openSync(`${root}/${pid}/${file}`, 'r'))
      if (descriptor === undefined) return
      try {
        let begun = ''
        for (let total = 0; ; ) {
          const length = attempt(pid, () => readSync(descriptor, piece, 0, pieceBytes, null)) ?? 0
          if (length === 0) break
          total += length
          if (total > longestFile) {
            closed.add(pid)
            break
          }
          const bytes = piece.subarray(0, length)
          if (begun === '' && bytes.at(-1) === lineEnd && !bytes.includes(mark)) {
            // Not passed over: whoever reads may have to rest before the next.
            yield ''
            continue
          }
          const text = begun + bytes.toString('utf8')
          const end = text.lastIndexOf('\n') + 1
          begun = text.slice(end)
          yield text.slice(0, end)
        }
      } finally {
        closeSync(descriptor)
      }
    },

    *descriptors(pid, slots) {
      const path = `${root}/${pid}/fd`
      if (slots <= smallDirectory) {
        yield attempt(pid, () => readdirSync(path)) ?? []
        return
      }
      const directory = attempt(pid, () => opendirSync(path, { bufferSize: batch }))
      if (directory === undefined) return
      try {
        for (;;) {
          const names = attempt(pid, () => readBatch(directory)) ?? []
          if (names.length === 0) break
          yield names
        }
      } finally {
        directory.closeSync()
      }
    },

    link: (pid, path) => attempt(pid, () => readlinkSync(`${root}/${pid}/${path}`)),

    access(pid, descriptor) {
      const link = attempt(pid, () => lstatSync(`${root}/${pid}/fd/${descriptor}`))
      return link === undefined ? undefined : parseAccessMode(link.mode)
    },

    stat: (pid, descriptor) => attempt(pid, () => statSync(`${root}/${pid}/fd/${descriptor}`)),

    fileSystemType: (pid, descriptor) =>
      attempt(pid, () => statfsSync(`${root}/${pid}/fd/${descriptor}`))?.type,

    takeDenied() {
      const taken = closed
      closed = new Set()
      return taken
    },
  }
}

function readBatch(directory: Dir): string[] {
  const names: string[] = []
  while (names.length < batch) {
    const entry = directory.readSync()
    if (entry === null) break
    names.push(entry.name)
  }
  return names
}
