/** Keeps who was told what, so that an agent that was started anew, and each copy of the guest, knows it. */
import { join } from 'node:path'
import { FailedError } from '../../proto/errors.ts'
import { readIfPresent, replaceFile } from '../file/durable.ts'
import { type HookMemory, hookMemorySchema } from './state-schema.ts'

export interface HookMemoryFile {
  read(): HookMemory | undefined
  write(memory: HookMemory): void
}

/** @throws FailedError `BAD_HOOK_STATE` when somebody else wrote the file */
export function openHookMemory(root: string): HookMemoryFile {
  // In memory: after a boot nobody waits for an answer.
  const path = join(root, 'run/cleave/hooks.json')
  let memory = parse(path, readIfPresent(path))
  return {
    read: () => memory,
    write(next) {
      memory = next
      replaceFile(path, JSON.stringify(next), { mode: 0o600 })
    },
  }
}

function parse(path: string, text: string | undefined): HookMemory | undefined {
  if (text === undefined) return undefined
  try {
    return hookMemorySchema.parse(JSON.parse(text))
  } catch (error) {
    throw new FailedError({
      code: 'BAD_HOOK_STATE',
      message: `${path} is not what the agent wrote`,
      remedy: `Delete ${path}, and restart cleave-agent.`,
      cause: error,
    })
  }
}
