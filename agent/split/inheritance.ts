/** What a child that boots has from its parent: kept on the disk, so that it is found whatever happens. */
import { dirname, join } from 'node:path'
import * as z from 'zod'
import type { InheritResponse } from '../../proto/generated/messages.ts'
import { readDocument } from '../file/document.ts'
import { flush, replaceFile } from '../file/durable.ts'

const inheritedGroup = z.object({
  name: z.string(),
  /** Names of marks that hold it until the child inherits. */
  held: z.array(z.string()),
  /** Units that ran in the parent, in the order of their start. */
  units: z.array(z.string()),
})

const inheritanceSchema = z.object({
  version: z.literal(1),
  operation: z.string(),
  child: z.string(),
  /** The child's own. */
  groups: z.array(inheritedGroup),
  /** What was answered when all of it was done. */
  answer: z.custom<InheritResponse>((value) => typeof value === 'object' && value !== null).optional(),
})

export type InheritedGroup = z.infer<typeof inheritedGroup>
export type Inheritance = z.infer<typeof inheritanceSchema>

export const inheritanceName = 'inheritance.json'
const fileBelow = (root: string) => join(root, 'var/lib/cleave', inheritanceName)

export const inheritanceText = (inheritance: Inheritance) => `${JSON.stringify(inheritance, null, 2)}\n`

/** @throws FailedError `BAD_SPLIT_STATE` when somebody else wrote the file */
export function readInheritance(root: string): Inheritance | undefined {
  const path = fileBelow(root)
  return readDocument({
    path,
    schema: inheritanceSchema,
    code: 'BAD_SPLIT_STATE',
    remedy: `Delete ${path} and the marks of this machine's own groups in /var/lib/cleave/foreign, and start them.`,
  })
}

/** Answers when it is on the disk. */
export async function storeInheritance(root: string, inheritance: Inheritance): Promise<void> {
  const path = fileBelow(root)
  replaceFile(path, inheritanceText(inheritance))
  await flush([path, dirname(path)])
}
