/** The releases of Debian that guests are made of. Pure. */
import { InvalidRequestError } from '../../proto/errors.ts'

/** By code name: their numbers. Each brings a kernel of its own: 5.10, 6.1 and 6.12. */
export const releases = { bullseye: 11, bookworm: 12, trixie: 13 } as const

export type Release = keyof typeof releases

export const releaseNames = Object.keys(releases) as Release[]

export const defaultRelease: Release = 'bookworm'

/**
 * Finds a release by its code name or its number.
 *
 * @throws InvalidRequestError `RELEASE_UNKNOWN`
 */
export function releaseOf(text: string): Release {
  const found = releaseNames.find((name) => name === text || String(releases[name]) === text)
  if (found !== undefined) return found
  throw new InvalidRequestError({
    code: 'RELEASE_UNKNOWN',
    message: `no guest can be made of Debian ${JSON.stringify(text.slice(0, 100))}`,
    remedy: `Choose one of ${releaseNames.map((name) => `${name} (${releases[name]})`).join(', ')}.`,
  })
}
