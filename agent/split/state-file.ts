/** Keeps the state of a split, so that an agent that was started anew knows what is frozen. */
import { join } from 'node:path'
import { FailedError } from '../../proto/errors.ts'
import { readIfPresent, replaceFile } from '../file/durable.ts'
import { type SplitMemory, splitMemorySchema } from './state-schema.ts'

// In memory: after a boot nothing is frozen.
const fileBelow = (root: string) => join(root, 'run/cleave/quiesce.json')

/** @throws FailedError `BAD_SPLIT_STATE` when somebody else wrote the file */
export function readSplitMemory(root: string): SplitMemory {
  const path = fileBelow(root)
  const text = readIfPresent(path)
  if (text === undefined) return { released: [] }
  try {
    return splitMemorySchema.parse(JSON.parse(text))
  } catch (error) {
    throw new FailedError({
      code: 'BAD_SPLIT_STATE',
      message: `${path} is not what the agent wrote`,
      remedy: `Thaw what is frozen in the guest, delete ${path}, and restart cleave-agent.`,
      cause: error,
    })
  }
}

export function writeSplitMemory(root: string, memory: SplitMemory): void {
  replaceFile(fileBelow(root), JSON.stringify(memory), { mode: 0o600 })
}
