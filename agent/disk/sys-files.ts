/** Reads what the kernel says of devices below /sys and /dev: what is not there is empty. */
import { readdirSync, readFileSync, realpathSync } from 'node:fs'

// What is asked for may be gone, or be nothing that such a device has.
const absent = new Set(['ENOENT', 'ENOTDIR', 'ENODEV', 'ENXIO', 'EINVAL', 'EIO'])

function unlessAbsent<Result>(read: () => Result, otherwise: Result): Result {
  try {
    return read()
  } catch (error) {
    if (error instanceof Error && 'code' in error && absent.has(String(error.code))) return otherwise
    throw error
  }
}

export const readBytes = (path: string) => unlessAbsent(() => readFileSync(path), Buffer.alloc(0))
/** Without white space around it; empty when it is not there. */
export const readOr = (path: string) => readBytes(path).toString('utf8').trim()
export const readdirOr = (path: string) => unlessAbsent(() => readdirSync(path), [])
export const realpathOr = (path: string) => unlessAbsent(() => realpathSync.native(path), '')
