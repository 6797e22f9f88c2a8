/** Reads the folder of group files. */
import { lstatSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { YamlProblem } from '../../../proto/yaml.ts'
import { checkConsistency, type DeclarationSource } from './consistency.ts'
import { fileEnding, parseDeclaration } from './parse.ts'
import { distrust, readTrusted, type TrustOptions } from './trusted-file.ts'
import type { DeclarationSet } from './types.ts'

export interface DeclarationReader {
  /** What the folder says now. Reads again only what has changed. A missing folder declares nothing. */
  read(): DeclarationSet
}

const mostFiles = 256
const largestFile = 64 * 1024

/** One file, or the folder itself, that could not be used. */
export function problemOf(file: string, message: string): YamlProblem {
  return { file, line: 1, column: 1, message }
}

/**
 * @param options.folder such as /etc/cleave/groups.d
 * @param options.ownerUserId who has to own the folder and every file. @default 0
 * @param options.isInfrastructure says of a unit whether it is no part of the workload. @default none is
 */
export function createDeclarationReader(options: {
  folder: string
  ownerUserId?: number
  isInfrastructure?: (unit: string) => boolean
}): DeclarationReader {
  const { folder, ownerUserId = 0, isInfrastructure = () => false } = options
  const trust: TrustOptions = { ownerUserId, longest: largestFile }
  let lastVersion = ''
  let last: DeclarationSet = { declarations: [], problems: [] }
  return {
    read() {
      const version = versionOf(folder)
      if (version !== lastVersion) last = readFolder(folder, trust, isInfrastructure)
      lastVersion = version
      return last
    },
  }
}

/** Differs when any file of the folder does. */
function versionOf(folder: string): string {
  const paths = [folder, ...listFiles(folder)]
  return paths.map((path) => `${path} ${describe(lstatSync, path)} ${describe(statSync, path)}`).join('\n')
}

function describe(read: typeof statSync, path: string): string {
  const stat = read(path, { throwIfNoEntry: false, bigint: true })
  return `${stat?.ino} ${stat?.size} ${stat?.mode} ${stat?.uid} ${stat?.mtimeNs} ${stat?.ctimeNs}`
}

function listFiles(folder: string): string[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return []
  const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name) && !name.startsWith('.'))
  return names.sort().map((name) => join(folder, name))
}

function readFolder(
  folder: string,
  trust: TrustOptions,
  isInfrastructure: (unit: string) => boolean,
): DeclarationSet {
  const stat = statSync(folder, { throwIfNoEntry: false })
  if (stat === undefined) return { declarations: [], problems: [] }
  const reason = stat.isDirectory() ? distrust(stat, trust.ownerUserId) : 'is not a folder'
  if (reason !== undefined)
    return { declarations: [], problems: [problemOf(folder, `${reason}; nothing in it is used`)] }
  const problems: YamlProblem[] = []
  const sources: DeclarationSource[] = []
  const files = listFiles(folder)
  for (const [index, file] of files.entries()) {
    if (index >= mostFiles) {
      problems.push(problemOf(file, `is not used, as are all after it: a folder may have ${mostFiles} files`))
      break
    }
    const { source, found } = readSource(file, trust)
    problems.push(...found)
    if (source !== undefined) sources.push(source)
  }
  const { declarations, problems: contradictions } = checkConsistency(sources, isInfrastructure)
  return { declarations, problems: [...problems, ...contradictions] }
}

function readSource(
  file: string,
  trust: TrustOptions,
): { source?: DeclarationSource; found: readonly YamlProblem[] } {
  if (!file.endsWith(fileEnding)) {
    return { found: [problemOf(file, `is not used: its name has to end in ${fileEnding}`)] }
  }
  const { text, reason } = readTrusted(file, trust)
  if (text === undefined) return { found: [problemOf(file, `${reason}; it is not used`)] }
  const { declaration, problems } = parseDeclaration(text, file)
  return declaration === undefined ? { found: problems } : { source: { declaration, text }, found: problems }
}
