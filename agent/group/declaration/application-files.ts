/** Which files there are by which applications declare themselves. The folder is hostile: everybody may write to it. */
import { lstatSync, opendirSync, type Stats } from 'node:fs'
import { basename, join } from 'node:path'
import { declarationEnding } from '../../../proto/application.ts'
import { isName } from '../../../proto/names.ts'
import type { YamlProblem } from '../../../proto/yaml.ts'
import { problemOf } from './read.ts'

export interface ApplicationFile {
  path: string
  userId: number
  user: string
  /** Differs when the file does. */
  version: string
}

export interface ApplicationFiles {
  files: readonly ApplicationFile[]
  problems: readonly YamlProblem[]
}

// Bounds of the work that users can give the agent.
const mostEntries = 4096
const mostFiles = 256
const mostFilesOfUser = 16

const sticky = 0o1000
const writableByOthers = 0o022

/**
 * By their names, so that they are the same ones each time. A folder that is not there has none.
 *
 * @param nameOf tells the name of a user
 */
export function listApplicationFiles(folder: string, nameOf: (userId: number) => string): ApplicationFiles {
  const stat = lstatSync(folder, { throwIfNoEntry: false })
  if (stat === undefined) return { files: [], problems: [] }
  const reason = distrustFolder(stat)
  if (reason !== undefined) {
    return { files: [], problems: [problemOf(folder, `${reason}; nothing in it is used`)] }
  }
  const { names, isWhole } = namesIn(folder)
  const tooMany = `has more than ${mostEntries} entries; not all were looked at`
  const { files, problems } = boundedFiles(names.sort().flatMap((name) => look(join(folder, name), nameOf)))
  return { files, problems: [...(isWhole ? [] : [problemOf(folder, tooMany)]), ...problems] }
}

function distrustFolder(stat: Stats): string | undefined {
  if (!stat.isDirectory()) return 'is not a folder'
  if (stat.uid !== 0) return `belongs to user ${stat.uid}, not to root`
  return (stat.mode & writableByOthers) !== 0 && (stat.mode & sticky) === 0 ? 'is not sticky' : undefined
}

function namesIn(folder: string): { names: string[]; isWhole: boolean } {
  const names: string[] = []
  const directory = opendirSync(folder)
  try {
    for (let count = 0; count < mostEntries; count += 1) {
      const entry = directory.readSync()
      if (entry === null) return { names, isWhole: true }
      const { name } = entry
      if (name.endsWith(declarationEnding) && isName(basename(name, declarationEnding))) names.push(name)
    }
    return { names, isWhole: false }
  } finally {
    directory.closeSync()
  }
}

function look(path: string, nameOf: (userId: number) => string): ApplicationFile[] {
  const stat = lstatSync(path, { throwIfNoEntry: false, bigint: true })
  if (stat === undefined) return []
  const userId = Number(stat.uid)
  const user = nameOf(userId)
  const { ino, size, mode, nlink, mtimeNs, ctimeNs } = stat
  return [{ path, userId, user, version: [user, userId, ino, size, mode, nlink, mtimeNs, ctimeNs].join(' ') }]
}

function boundedFiles(all: readonly ApplicationFile[]): ApplicationFiles {
  const counts = new Map<number, number>()
  const files: ApplicationFile[] = []
  const problems: YamlProblem[] = []
  for (const file of all) {
    const count = (counts.get(file.userId) ?? 0) + 1
    counts.set(file.userId, count)
    if (count === mostFilesOfUser + 1) {
      const message = `is not used: user ${file.user} has more than ${mostFilesOfUser} files`
      problems.push(problemOf(file.path, message))
    }
    if (count <= mostFilesOfUser) files.push(file)
  }
  const [beyond] = files.splice(mostFiles)
  if (beyond !== undefined) {
    const message = `is not used, as are all after it: there may be ${mostFiles} files`
    problems.push(problemOf(beyond.path, message))
  }
  return { files, problems }
}
