/** The keys by which a machine says that it uses a disk. */
import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { readDocument } from '../file/document.ts'
import { flush, readIfPresent, replaceFile } from '../file/durable.ts'

export interface DiskKeys {
  /** All that are this machine's: also those that it had as what it was before it became another machine by a split. */
  own(): ReadonlySet<string>
  /** The key to register, which is on this machine's own disk when this answers: it knows it again after a boot. */
  keep(): Promise<string>
}

const schema = z.object({ version: z.literal(1), keys: z.array(z.string().regex(/^[1-9a-f][0-9a-f]*$/)) })

// A machine gets another one with each split.
const mostKeys = 32

/** Each call throws a FailedError `BAD_DISK_KEYS` when somebody else wrote the file. */
export function createDiskKeys(root: string): DiskKeys {
  const path = join(root, 'var/lib/cleave/disk-keys.json')
  const read = () =>
    readDocument({ path, schema, code: 'BAD_DISK_KEYS', remedy: `Delete ${path} in the guest.` })?.keys ?? []
  return {
    own: () => new Set(read()),
    async keep() {
      const key = keyOf(readIfPresent(join(root, 'etc/machine-id')) ?? '')
      const known = read()
      if (!known.includes(key)) {
        replaceFile(path, `${JSON.stringify({ version: 1, keys: [...known, key].slice(-mostKeys) })}\n`)
        await flush([path, dirname(path)])
      }
      return key
    },
  }
}

/** Of eight bytes, never 0, which stands for none. The machine's id itself is not to be told to others, see machine-id(5). Pure. */
export function keyOf(machineId: string): string {
  const digest = createHash('sha256').update(`cleave disk key ${machineId.trim()}`).digest('hex')
  return digest.slice(0, 16).replace(/^0+/, '') || '1'
}
