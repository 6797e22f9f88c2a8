/** Reads what applications declare. */
import { longestDeclaration } from '../../../proto/application.ts'
import type { YamlProblem } from '../../../proto/yaml.ts'
import { createAccounts } from '../../process/accounts.ts'
import { type ApplicationFile, listApplicationFiles } from './application-files.ts'
import { readOwned } from './owned-file.ts'
import { parseApplication } from './parse-application.ts'
import { type DeclarationReader, problemOf } from './read.ts'
import type { Declaration } from './types.ts'

interface Entry {
  version: string
  declaration?: Declaration
  problems: readonly YamlProblem[]
}

/**
 * @param options.folder who may write to it may declare
 * @param options.users those who may nevertheless. @default everybody
 * @param options.accountsFile in the format of /etc/passwd. @default /etc/passwd
 */
export function createApplicationReader(options: {
  folder: string
  users?: readonly string[] | undefined
  accountsFile?: string
}): DeclarationReader {
  const { folder, users, accountsFile = '/etc/passwd' } = options
  const accounts = createAccounts(accountsFile)
  const mayDeclare = (user: string) => users === undefined || users.includes(user)
  let known = new Map<string, Entry>()
  return {
    read() {
      accounts.refresh()
      const { files, problems } = listApplicationFiles(folder, accounts.nameOf)
      const entries = files.map((file): [string, Entry] => {
        const entry = known.get(file.path)
        return [file.path, entry?.version === file.version ? entry : readEntry(file, mayDeclare)]
      })
      known = new Map(entries)
      return {
        declarations: entries.flatMap(([, { declaration }]) => declaration ?? []),
        problems: [...problems, ...entries.flatMap(([, entry]) => entry.problems)],
      }
    },
  }
}

function readEntry(file: ApplicationFile, mayDeclare: (user: string) => boolean): Entry {
  const { version, path, user } = file
  const unused = (reason: string) => ({ version, problems: [problemOf(path, `${reason}; it is not used`)] })
  if (!mayDeclare(user)) return unused(`the agent's settings don't let user ${user} declare groups`)
  const read = readOwned(path, longestDeclaration)
  if (read.reason !== undefined) return unused(read.reason)
  if (read.userId !== file.userId) return unused('was replaced while it was looked at')
  return { version, ...parseApplication({ ...read, file: path, user }) }
}
