/** Cgroup and systemd units from /proc/PID/cgroup, see cgroups(7). Pure. */

export interface CgroupPlace {
  /** Below the cgroup v2 root, starting with a slash; empty without cgroup v2. */
  cgroup: string
  /** The unit of the system's systemd, empty when there is none. */
  unit: string
  /** The unit of a user's own systemd, which lies inside of the system's unit user@UID.service. */
  userUnit: string
}

const unitName = /^[\w:.\\@-]+\.(service|scope|socket|mount|swap)$/
const userManager = /^user@\d+\.service$/

/**
 * On a host with both versions of cgroups, units are found in the hierarchy `name=systemd` when version 2 does not
 * show them.
 */
export function parseCgroup(text: string): CgroupPlace {
  const lines = text.split('\n')
  const cgroup = pathAfter(lines, '0::') ?? ''
  const units = unitsOf(cgroup)
  if (units.unit !== '') return { cgroup, ...units }
  const legacy = lines.find((line) => /^\d+:name=systemd:/.test(line)) ?? ''
  return { cgroup, ...unitsOf(legacy.slice(legacy.indexOf('/'))) }
}

function pathAfter(lines: readonly string[], prefix: string): string | undefined {
  const line = lines.find((candidate) => candidate.startsWith(prefix))
  return line?.slice(prefix.length).replace(/ \(deleted\)$/, '')
}

/** As systemd finds them: the first part of the path that is no slice, and below a user's systemd once more. */
function unitsOf(path: string): { unit: string; userUnit: string } {
  const parts = path.split('/').filter((part) => part !== '' && !part.endsWith('.slice'))
  // systemd puts an underscore before a name that would look like a file of the kernel's.
  const [unit = '', below = ''] = parts.map((part) => part.replace(/^_/, ''))
  if (!unitName.test(unit)) return { unit: '', userUnit: '' }
  const userUnit = userManager.test(unit) && unitName.test(below) ? below : ''
  return { unit, userUnit }
}
