/**
 * The files of cgroup v2, one call each. Synchronous on purpose: kernel memory answers at once, and the order of
 * freezing must not depend on a thread pool.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { RefusedError } from '../../../proto/errors.ts'
import { errorCode, unlessGone } from './gone.ts'
import { cgroupRoot } from './hierarchy.ts'
import { killEach } from './kill-each.ts'

export interface CgroupEvents {
  /** A living process is in it or below. */
  populated: boolean
  /** Everything in it and below is frozen. */
  frozen: boolean
}

/** The cgroup v2 hierarchy. Paths are those of /proc/PID/cgroup: below the root, starting with a slash. */
export interface CgroupTree {
  /** Undefined when the cgroup is gone. */
  events(path: string): CgroupEvents | undefined
  /** True when this cgroup itself was told to freeze, whether or not it is done. */
  isToldToFreeze(path: string): boolean
  /** True when a cgroup above it was told to freeze. */
  isHeldFromAbove(path: string): boolean
  /** Where its files are. */
  folder(path: string): string
  /** False when the cgroup is gone. */
  freeze(path: string, frozen: boolean): boolean
  /** SIGKILL to everything in it and below, frozen or not, without a race against forks. False when it is gone. */
  kill(path: string): boolean
  /** The processes in it and below; none when it is gone. */
  processes(path: string): number[]
  /** The processes in it, without those below. */
  ownProcesses(path: string): number[]
  /**
   * The cgroup that holds all of a process which the kernel shows in this one: in a threaded cgroup there may be only
   * some of its threads.
   */
  domainOf(path: string): string
  /**
   * Makes one cgroup below an existing one.
   *
   * @throws RefusedError `THREADED_CGROUP` where it could hold no whole process
   */
  create(path: string): void
  /** Removes an empty cgroup; false when it is not empty. */
  remove(path: string): boolean
  /** Moves a process with all its threads. False when the process or the cgroup is gone. */
  move(pid: number, path: string): boolean
}

const linksWithoutChildren = 2

/** @throws UnavailableError `NO_CGROUP2`, `CGROUP2_UNUSED`, `NO_FREEZER` */
export function openCgroupTree(root = cgroupRoot()): CgroupTree {
  const file = (path: string, name: string) => join(root, path, name)
  const write = (path: string, name: string, text: string) =>
    unlessGone(() => {
      writeFileSync(file(path, name), text, { flag: 'r+' })
      return true
    }) ?? false

  const ownProcesses = (path: string) => {
    try {
      return readFileSync(file(path, 'cgroup.procs'), 'latin1').split('\n').filter(Boolean).map(Number)
    } catch (error) {
      // A threaded cgroup lists its processes in the domain above it, where they were seen.
      if (['ENOENT', 'ENODEV', 'EOPNOTSUPP'].includes(errorCode(error))) return []
      throw error
    }
  }
  const processes = (path: string): number[] => {
    // The kernel counts a cgroup's children as links, which is far quicker than to list its many files.
    const links = statSync(join(root, path), { throwIfNoEntry: false })?.nlink ?? 0
    if (links <= linksWithoutChildren) return ownProcesses(path)
    const below = unlessGone(() => readdirSync(join(root, path), { withFileTypes: true })) ?? []
    const folders = below.filter((entry) => entry.isDirectory())
    return [ownProcesses(path), ...folders.map((entry) => processes(join(path, entry.name)))].flat()
  }

  const typeOf = (path: string) =>
    unlessGone(() => readFileSync(file(path, 'cgroup.type'), 'latin1'))?.trim() ?? 'domain'

  const isToldToFreeze = (path: string) =>
    unlessGone(() => readFileSync(file(path, 'cgroup.freeze'), 'latin1'))?.trim() === '1'

  const tree: CgroupTree = {
    events(path) {
      const text = unlessGone(() => readFileSync(file(path, 'cgroup.events'), 'latin1'))
      if (text === undefined) return undefined
      return { populated: text.includes('populated 1'), frozen: text.includes('frozen 1') }
    },
    isToldToFreeze,
    isHeldFromAbove(path) {
      for (let above = dirname(path); above !== '/'; above = dirname(above)) {
        if (isToldToFreeze(above)) return true
      }
      return false
    },
    folder: (path) => join(root, path),
    freeze: (path, frozen) => write(path, 'cgroup.freeze', frozen ? '1' : '0'),
    kill(path) {
      if (write(path, 'cgroup.kill', '1')) return true
      if (!existsSync(file(path, 'cgroup.procs'))) return false
      killEach(tree, path)
      return true
    },
    processes,
    ownProcesses,
    domainOf(path) {
      let domain = path
      while (domain !== '/' && typeOf(domain) === 'threaded') domain = dirname(domain)
      return domain
    },
    create(path) {
      if (typeOf(dirname(path)).includes('threaded')) throw threaded(dirname(path))
      try {
        mkdirSync(join(root, path))
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw error
      }
    },
    remove(path) {
      try {
        rmdirSync(join(root, path))
        return true
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return true
        if (errorCode(error) === 'EBUSY') return false
        throw error
      }
    },
    move: (pid, path) => write(path, 'cgroup.procs', String(pid)),
  }
  return tree
}

function threaded(path: string): RefusedError {
  return new RefusedError({
    code: 'THREADED_CGROUP',
    message: `processes of several groups are in ${path}, which is threaded: the kernel lets none of them have a cgroup of its own there`,
    remedy: 'Declare them as one group, or start each group in a systemd unit of its own.',
  })
}
