/** What this machine yielded, and what ran of it: kept on the disk, so that it can be taken back whatever happens. */
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { readDocument } from '../file/document.ts'
import { flush, replaceFile } from '../file/durable.ts'

const yieldedGroup = z.object({
  name: z.string(),
  /** Names of the marks that make it foreign. */
  held: z.array(z.string()),
  /** Units that ran, in the order of their start. */
  units: z.array(z.string()),
})

const yieldedSchema = z.object({
  version: z.literal(1),
  operations: z.array(z.object({ operation: z.string(), groups: z.array(yieldedGroup) })),
})

export type YieldedGroup = z.infer<typeof yieldedGroup>

// A machine that is kept after a merge has no use for older ones.
const mostOperations = 32

const fileBelow = (root: string) => join(root, 'var/lib/cleave/yielded.json')

/**
 * Undefined for an operation that yielded nothing here.
 *
 * @throws FailedError `BAD_MERGE_STATE` when somebody else wrote the file
 */
export function readYielded(root: string, operation: string): YieldedGroup[] | undefined {
  return readAll(root).find((one) => one.operation === operation)?.groups
}

/** Answers when it is on the disk. */
export async function storeYielded(root: string, operation: string, groups: YieldedGroup[]): Promise<void> {
  const others = readAll(root).filter((one) => one.operation !== operation)
  await write(root, [...others, { operation, groups }].slice(-mostOperations))
}

/** Answers when that is on the disk. May be repeated. */
export async function forgetYielded(root: string, operation: string): Promise<void> {
  const operations = readAll(root)
  const others = operations.filter((one) => one.operation !== operation)
  if (others.length < operations.length) await write(root, others)
}

function readAll(root: string): z.infer<typeof yieldedSchema>['operations'] {
  const path = fileBelow(root)
  const document = readDocument({
    path,
    schema: yieldedSchema,
    code: 'BAD_MERGE_STATE',
    remedy: `Delete ${path}; the marks in /var/lib/cleave/foreign say which groups this machine does not have.`,
  })
  return document?.operations ?? []
}

async function write(root: string, operations: z.infer<typeof yieldedSchema>['operations']): Promise<void> {
  const path = fileBelow(root)
  replaceFile(path, `${JSON.stringify({ version: 1, operations }, null, 2)}\n`)
  await flush([path, dirname(path)])
}
