/** Names of things on the host, as people type them. */
import { resolve } from 'node:path'
import { InvalidRequestError } from '../../../proto/errors.ts'

/** The absolute path of a folder. Throws an `InvalidRequestError` (`BAD_FOLDER`) when there is nothing to resolve. */
export function parseFolder(text: string): string {
  if (text !== '' && !text.includes('\0')) return resolve(text)
  throw new InvalidRequestError({
    code: 'BAD_FOLDER',
    message: `${JSON.stringify(text.slice(0, 100))} is no folder`,
    remedy: 'Give the path of a folder.',
  })
}

/** The kernel's bound (IFNAMSIZ), with the characters that need no quoting anywhere. Throws `BAD_BRIDGE`. Pure. */
export function parseBridge(text: string): string {
  if (/^[a-zA-Z][a-zA-Z0-9._-]{0,14}$/.test(text)) return text
  throw new InvalidRequestError({
    code: 'BAD_BRIDGE',
    message: `${JSON.stringify(text.slice(0, 100))} is not usable as the name of a bridge`,
    remedy: 'Use 1 to 15 letters, digits, dots, underscores and hyphens, beginning with a letter.',
  })
}
