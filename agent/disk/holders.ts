/** Who keeps file systems from being unmounted. It reads /proc alone, and asks no file system. */
import type { DiskHolder } from '../../proto/generated/messages.ts'
import { parseOpenFileInfo } from '../group/coupling/reading/open-file-identity.ts'
import { parseCommandLine } from '../process/command-line.ts'
import { createPace } from '../process/pace.ts'
import { createProcessFiles, type ProcessFiles } from '../process/process-files.ts'
import { parseStat } from '../process/stat.ts'
import { createNamespaceReader, type MountNamespace } from './mount-namespaces.ts'
import { type Mount, type MountTree, mountTree } from './mount-table.ts'

/** What is to be unmounted. */
export interface Held {
  /** In this namespace. */
  mounts: readonly Mount[]
  /** Numbers of file systems, which count wherever they are mounted. */
  numbers: readonly string[]
  /** Whether it counts, too, that one is mounted in another namespace: while it is mounted here, mostly both end together. */
  countsElsewhere: boolean
}

/** Of all for which it is asked. */
export const mostHolders = 100

const longestHold = 5
// A hundred of them for each of many disks have to fit into one answer.
const longestArguments = 512
const longestPath = 1024
const everyFile = Number.MAX_SAFE_INTEGER

/**
 * One look at all processes.
 *
 * @returns for each of `wanted` who holds it, at most 100 processes, each with the first thing that was found
 */
export async function findProcessHolders(wanted: readonly Held[]): Promise<DiskHolder[][]> {
  const files = createProcessFiles('/proc')
  const namespaceOf = createNamespaceReader(files)
  const pace = createPace(longestHold)
  const found: DiskHolder[][] = wanted.map(() => [])
  const views = new Map<MountNamespace, View>()
  for (const pid of files.pids()) {
    if (pace.isDue()) await pace.rest()
    const namespace = namespaceOf(pid)
    if (namespace === undefined || pid === process.pid) continue
    const view = views.get(namespace) ?? viewOf(namespace, wanted)
    views.set(namespace, view)
    const paths = heldBy(files, pid, view)
    for (const [index, path] of paths) {
      const holders = found[index]
      if (holders === undefined || holders.length >= mostHolders) continue
      const holder = describe(files, pid, path)
      if (holder !== undefined) holders.push(holder)
    }
  }
  return found
}

/** What one namespace has of what is looked for: which of `wanted` something belongs to. */
interface View {
  tree: MountTree
  byMount: ReadonlyMap<number, number>
  byNumber: ReadonlyMap<string, number>
  /** Numbers of all file systems that are mounted there. */
  numbers: ReadonlySet<string>
  /** Those that are mounted here though they should not be mounted any more, with the place. */
  elsewhere: ReadonlyMap<number, string>
}

function viewOf({ isOwn, mounts }: MountNamespace, wanted: readonly Held[]): View {
  const byNumber = new Map(
    wanted.flatMap(({ numbers }, index) => numbers.map((number) => [number, index] as const)),
  )
  const known = wanted.flatMap((held, index) => held.mounts.map(({ id }) => [id, index] as const))
  const others = mounts.flatMap((mount) => {
    const index = byNumber.get(mount.device)
    return index === undefined ? [] : [{ index, mount }]
  })
  const byMount = new Map([...known, ...others.map(({ mount, index }) => [mount.id, index] as const)])
  const elsewhere = others
    .filter(({ index }) => !isOwn && wanted[index]?.countsElsewhere === true)
    .map(({ index, mount }) => [index, mount.mountPoint] as const)
  const numbers = new Set(mounts.filter(({ id }) => byMount.has(id)).map(({ device }) => device))
  return { tree: mountTree(mounts), byMount, byNumber, numbers, elsewhere: new Map(elsewhere) }
}

/** For each of those that it holds, the first path. */
function heldBy(files: ProcessFiles, pid: number, view: View): Map<number, string> {
  const held = new Map(view.elsewhere)
  if (view.byMount.size === 0) return held
  const note = (index: number | undefined, path: string) => {
    if (index !== undefined && !held.has(index)) held.set(index, path)
  }
  const ofPath = (path: string) => view.byMount.get(view.tree.at(path)?.id ?? -1)
  const ofFile = (descriptor: string) => {
    const info = parseOpenFileInfo(files.text(pid, `fdinfo/${descriptor}`) ?? '')
    return view.byMount.get(Number(info?.mount ?? -1))
  }
  for (const link of ['cwd', 'root']) {
    const path = files.link(pid, link) ?? ''
    if (path.startsWith('/')) note(ofPath(path), path)
  }
  for (const names of files.descriptors(pid, everyFile)) {
    for (const name of names) {
      const path = files.link(pid, `fd/${name}`) ?? ''
      if (path.startsWith('/')) note(ofFile(name), path)
    }
  }
  for (const piece of files.pieces(pid, 'maps', ' /')) {
    for (const { number, path } of parseMappedFiles(piece)) {
      if (view.numbers.has(number)) note(view.byNumber.get(number) ?? ofPath(path), path)
    }
  }
  return held
}

const mappedFile = /^[\da-f]+-[\da-f]+ \S+ [\da-f]+ ([\da-f]+):([\da-f]+) \d+ +(\/.*)$/gm

/** The files in whole lines of /proc/PID/maps, with the numbers of their file systems. Pure. */
export function parseMappedFiles(text: string): { number: string; path: string }[] {
  const files = new Map<string, { number: string; path: string }>()
  for (const [, major = '', minor = '', path = ''] of text.matchAll(mappedFile)) {
    const number = `${Number.parseInt(major, 16)}:${Number.parseInt(minor, 16)}`
    files.set(`${number} ${path}`, { number, path })
  }
  return [...files.values()]
}

function describe(files: ProcessFiles, pid: number, path: string): DiskHolder | undefined {
  const text = files.text(pid, 'stat')
  const stat = text === undefined ? undefined : parseStat(text)
  if (stat === undefined) return undefined
  const { name, startTicks } = stat
  const commandLine = files.beginning(pid, 'cmdline')
  return {
    id: { pid, startTicks },
    name,
    arguments: commandLine === undefined ? [] : parseCommandLine(commandLine.subarray(0, longestArguments)),
    path: path.slice(0, longestPath),
  }
}
