/** What this machine has to know of merges until they are over: kept on the disk, so that it is found whatever happens. */
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { readDocument } from '../file/document.ts'
import { flush, replaceFile } from '../file/durable.ts'

export interface OperationNotes<Note> {
  /**
   * Undefined for an operation of which nothing is noted.
   *
   * @throws FailedError `BAD_MERGE_STATE` when somebody else wrote the file
   */
  read(root: string, operation: string): Note | undefined
  /** Answers when it is on the disk. */
  store(root: string, note: Note): Promise<void>
}

// A machine that is kept after a merge has no use for older ones.
const mostOperations = 32

/** @param file its name in /var/lib/cleave */
export function operationNotes<Note extends { operation: string }>(
  file: string,
  note: z.ZodType<Note>,
): OperationNotes<Note> {
  const schema = z.object({ version: z.literal(1), operations: z.array(note) })
  const pathBelow = (root: string) => join(root, 'var/lib/cleave', file)

  const readAll = (root: string): Note[] => {
    const path = pathBelow(root)
    const document = readDocument({
      path,
      schema,
      code: 'BAD_MERGE_STATE',
      remedy: `Delete ${path}; the marks in /var/lib/cleave/foreign say which groups this machine does not have.`,
    })
    return document?.operations ?? []
  }
  const write = async (root: string, operations: readonly Note[]) => {
    const path = pathBelow(root)
    replaceFile(path, `${JSON.stringify({ version: 1, operations }, null, 2)}\n`)
    await flush([path, dirname(path)])
  }

  return {
    read: (root, operation) => readAll(root).find((one) => one.operation === operation),
    store: async (root, own) => {
      const others = readAll(root).filter(({ operation }) => operation !== own.operation)
      await write(root, [...others, own].slice(-mostOperations))
    },
  }
}
