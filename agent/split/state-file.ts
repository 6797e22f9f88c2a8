/** Keeps the state of a split, so that an agent that was started anew knows what is frozen. */
import { join } from 'node:path'
import { readDocument } from '../file/document.ts'
import { replaceFile } from '../file/durable.ts'
import { type SplitMemory, splitMemorySchema } from './state-schema.ts'

// In memory: after a boot nothing is frozen.
const fileBelow = (root: string) => join(root, 'run/cleave/quiesce.json')

/** @throws FailedError `BAD_SPLIT_STATE` when somebody else wrote the file */
export function readSplitMemory(root: string): SplitMemory {
  const path = fileBelow(root)
  const memory = readDocument({
    path,
    schema: splitMemorySchema,
    code: 'BAD_SPLIT_STATE',
    remedy: `Thaw what is frozen in the guest, delete ${path}, and restart cleave-agent.`,
  })
  return memory ?? { released: [] }
}

export function writeSplitMemory(root: string, memory: SplitMemory): void {
  replaceFile(fileBelow(root), JSON.stringify(memory), { mode: 0o600 })
}
