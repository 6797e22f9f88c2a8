/** Which units say something about who belongs together. Pure. */
import type { Process } from '../../../proto/generated/messages.ts'

/** The unit that holds all sessions of a user, whatever runs in them. */
const userManager = /^user@\d+\.service$/

/** The process's unit, or '' when that holds what has nothing to do with each other. */
export function systemUnitOf({ unit }: Process): string {
  return userManager.test(unit) ? '' : unit
}

/** True for cgroups that hold what has nothing to do with each other: the root, slices, all sessions of a user. */
export function isCatchAll(cgroup: string): boolean {
  const name = cgroup.slice(cgroup.lastIndexOf('/') + 1)
  return name === '' || name.endsWith('.slice') || userManager.test(name)
}
