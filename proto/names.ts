/** What a machine, a group or a child may be called: safe in a path, a unit name, a host name and a terminal. */
import { InvalidRequestError } from './errors.ts'

const pattern = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

/** True for 1 to 63 lower-case letters, digits and hyphens, with a letter or digit at both ends (RFC 1123). */
export function isName(text: string): boolean {
  return pattern.test(text)
}

/** Throws an {@link InvalidRequestError} (`BAD_NAME`) unless {@link isName}. `what` is for the message: 'group'. */
export function checkName(text: string, what: string): void {
  if (isName(text)) return
  throw new InvalidRequestError({
    code: 'BAD_NAME',
    message: `${what} name ${JSON.stringify(text.slice(0, 100))} is not usable`,
    remedy:
      'Use 1 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit.',
  })
}
