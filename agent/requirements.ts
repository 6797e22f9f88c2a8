/** What the agent needs of the guest that it runs in. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { CleaveError, UnavailableError } from '../proto/errors.ts'
import { cgroupRoot } from './group/control/hierarchy.ts'

/** By the program: what for, and what brings it. */
const programs = {
  perl: ['to make a copy of the guest a child', 'perl-base (Debian), perl-interpreter (Fedora) or perl'],
  ip: ['to see its addresses', 'iproute2 or iproute'],
  ss: ['to see who is connected', 'iproute2 or iproute'],
  nsenter: ['to look into network namespaces', 'util-linux'],
} as const satisfies Record<string, readonly [string, string]>

/** What is missing, nothing where all is well. */
export function missingRequirements(): CleaveError[] {
  try {
    cgroupRoot()
    return missingPrograms()
  } catch (error) {
    if (!(error instanceof CleaveError)) throw error
    return [error, ...missingPrograms()]
  }
}

/** @param searchPath folders, as in the environment's PATH */
export function missingPrograms(searchPath = process.env['PATH'] ?? ''): CleaveError[] {
  const missing = Object.entries(programs).filter(([name]) => !isThere(name, searchPath))
  return missing.map(
    ([name, [purpose, packages]]) =>
      new UnavailableError({
        code: 'NO_PROGRAM',
        message: `the guest has no ${name}, which the agent needs ${purpose}`,
        remedy: `Install ${packages} in the guest.`,
      }),
  )
}

function isThere(program: string, searchPath: string): boolean {
  return searchPath.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
