/** What an adopter left behind about what it did: the agent reads it when somebody asks. */
import { join } from 'node:path'
import type { IdentityItem } from '../../proto/generated/messages.ts'
import { readIfPresent } from '../file/durable.ts'

export interface Progress {
  /** The name of the child that this copy has become. */
  child: string
  items: IdentityItem[]
  /** Its own groups were thawed. */
  isResumed: boolean
}

/** In memory: after a boot there is nothing to go on with. */
export function progressFile(root: string, purpose: 'split' | 'identity'): string {
  return join(root, 'run/cleave/adopter', purpose)
}

/** @returns undefined as long as nothing was adopted */
export function readProgress(file: string): Progress | undefined {
  const text = readIfPresent(file)
  return text === undefined ? undefined : parseProgress(text)
}

/** Pure. @returns undefined for a file that is not whole */
export function parseProgress(text: string): Progress | undefined {
  const lines = text.split('\n').map((line) => line.split('\t'))
  const child = lines.find(([word]) => word === 'child')?.[1]
  const isWhole = lines.some(([word]) => word === 'adopted')
  if (child === undefined || !isWhole) return undefined
  const items = lines.flatMap(([word, item = '', done, milliseconds, ...detail]) =>
    word === 'item' && item !== 'resume'
      ? [{ item, done: done === '1', milliseconds: Number(milliseconds), detail: detail.join(' ') }]
      : [],
  )
  return { child, items, isResumed: lines.some(([word]) => word === 'resumed') }
}
