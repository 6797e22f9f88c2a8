/** Real cgroups for the tests. */
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findCgroupRoot } from '../../../agent/group/control/hierarchy.ts'
import type { Owner } from '../process/sample-process.ts'

const root = findCgroupRoot(readFileSync('/proc/self/mounts', 'latin1')) ?? ''

/**
 * Makes cgroups and moves processes into them; when the test is over, moves what is in them back to the root and
 * removes them.
 *
 * @param places by path below the root: what is above is made too
 */
export function fillCgroups(owner: Owner, places: ReadonlyMap<string, readonly number[]>): void {
  const made = new Set([...places.keys()].flatMap(withAncestors))
  for (const path of made) mkdirSync(join(root, path))
  for (const [path, pids] of places) for (const pid of pids) move(pid, path)
  owner.teardown(async () => {
    for (const path of [...made].reverse()) {
      for (const pid of readFileSync(join(root, path, 'cgroup.procs'), 'utf8')
        .split('\n')
        .filter(Boolean)) {
        move(Number(pid), '/')
      }
    }
    const deepestFirst = [...made].sort((one, other) => other.length - one.length)
    for (const path of deepestFirst) rmdirSync(join(root, path))
  })
}

function move(pid: number, path: string): void {
  writeFileSync(join(root, path, 'cgroup.procs'), String(pid))
}

function withAncestors(path: string): string[] {
  return path === '/' ? [] : [...withAncestors(dirname(path)), path]
}
