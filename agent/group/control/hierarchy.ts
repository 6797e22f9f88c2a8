/** Finds the cgroup v2 hierarchy of the guest, and tells whether groups can be frozen by it. */
import { existsSync, readFileSync } from 'node:fs'
import { release } from 'node:os'
import { UnavailableError } from '../../../proto/errors.ts'

export interface HierarchyFacts {
  /** The text of /proc/self/mounts. */
  mounts: string
  /** The text of /proc/1/cgroup. */
  initCgroup: string
  /** True in a guest that systemd runs. */
  hasSystemd: boolean
  /** As `uname -r` says it. */
  kernel: string
}

/** Finds the mount point of cgroup v2 in the text of /proc/self/mounts, undefined when there is none. Pure. */
export function findCgroupRoot(mounts: string): string | undefined {
  for (const line of mounts.split('\n')) {
    const [, mountPoint, type] = line.split(' ')
    if (type !== 'cgroup2' || mountPoint === undefined) continue
    return mountPoint.replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    )
  }
  return undefined
}

/**
 * The mount point of cgroup v2. systemd has to keep its units there: what it starts of a frozen group must be frozen
 * from its first instruction on. Beside it there may be controllers of version 1. Pure.
 *
 * @throws UnavailableError `NO_CGROUP2`, `CGROUP2_UNUSED`, `NO_FREEZER`
 */
export function usableCgroupRoot({ mounts, initCgroup, hasSystemd, kernel }: HierarchyFacts): string {
  const root = findCgroupRoot(mounts)
  if (root === undefined) {
    throw unusable('NO_CGROUP2', 'the guest has no cgroup v2 hierarchy, so that nothing in it can be frozen')
  }
  const isInLegacy = /^\d+:name=systemd:\/./m.test(initCgroup)
  if (hasSystemd && isInLegacy && !/^0::\/./m.test(initCgroup)) {
    throw unusable('CGROUP2_UNUSED', `systemd keeps its units in cgroup v1, not in the cgroup v2 at ${root}`)
  }
  const [major = 0, minor = 0] = kernel.split('.', 2).map(Number.parseFloat)
  if (major < 5 || (major === 5 && minor < 2)) {
    throw new UnavailableError({
      code: 'NO_FREEZER',
      message: `the kernel ${kernel} of the guest can't freeze cgroups, which Linux does since 5.2`,
      remedy: 'Boot the guest with a kernel from 5.10 on: older ones were not tried.',
    })
  }
  return root
}

/** See {@link usableCgroupRoot}. */
export function cgroupRoot(): string {
  return usableCgroupRoot({
    mounts: readFileSync('/proc/self/mounts', 'latin1'),
    initCgroup: readFileSync('/proc/1/cgroup', 'latin1'),
    // sd_booted(3)
    hasSystemd: existsSync('/run/systemd/system'),
    kernel: release(),
  })
}

function unusable(code: string, message: string): UnavailableError {
  return new UnavailableError({
    code,
    message,
    remedy:
      'Boot the guest with systemd.unified_cgroup_hierarchy=1 on its kernel command line, without systemd.legacy_systemd_cgroup_controller.',
  })
}
