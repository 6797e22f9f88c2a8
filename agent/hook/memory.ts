/** Keeps who was told what, so that an agent that was started anew, and each copy of the guest, knows it. */
import { join } from 'node:path'
import { readDocument } from '../file/document.ts'
import { replaceFile } from '../file/durable.ts'
import { type HookMemory, hookMemorySchema } from './state-schema.ts'

export interface HookMemoryFile {
  read(): HookMemory | undefined
  write(memory: HookMemory): void
}

/** @throws FailedError `BAD_HOOK_STATE` when somebody else wrote the file */
export function openHookMemory(root: string): HookMemoryFile {
  // In memory: after a boot nobody waits for an answer.
  const path = join(root, 'run/cleave/hooks.json')
  let memory = readDocument({
    path,
    schema: hookMemorySchema,
    code: 'BAD_HOOK_STATE',
    remedy: `Delete ${path}, and restart cleave-agent.`,
  })
  return {
    read: () => memory,
    write(next) {
      memory = next
      replaceFile(path, JSON.stringify(next), { mode: 0o600 })
    },
  }
}
