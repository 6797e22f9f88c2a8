/** Which declarations count. Pure. */
import type { Process } from '../../../proto/generated/messages.ts'
import { formatProblem } from '../../../proto/yaml.ts'
import { createMatcher } from './match.ts'
import { problemOf } from './read.ts'
import type { Declaration, DeclarationSet } from './types.ts'

export interface LivingDeclarations {
  /** What makes groups: what admins declared, then what applications did. */
  declarations: readonly Declaration[]
  /** What applications declared, also those that are in a group of an admin's and have none of their own. */
  applications: readonly Declaration[]
  problems: string[]
}

/** What an application declared counts while the process lives that declared it. Names that an admin gave are taken. */
export function livingDeclarations(options: {
  admins: DeclarationSet
  applications: DeclarationSet
  processes: readonly Process[]
}): LivingDeclarations {
  const { admins, processes } = options
  const byPid = new Map(processes.map((process) => [process.id?.pid ?? 0, process]))
  const processOf = ({ application }: Declaration) => {
    const process = byPid.get(application?.process.pid ?? 0)
    const isTheSame = process?.id?.startTicks === application?.process.startTicks
    return isTheSame && process?.userId === application?.userId ? process : undefined
  }
  const matches = createMatcher(admins.declarations)
  const taken = new Map(admins.declarations.map(({ name, file }) => [name, file]))
  const living = options.applications.declarations.flatMap((declaration) => {
    const process = processOf(declaration)
    if (process === undefined) return []
    const { name } = declaration
    return { declaration, isRival: taken.has(name), isInside: matches(process).includes(name) }
  })
  const problems = [
    ...admins.problems,
    ...options.applications.problems,
    ...living
      .filter(({ isRival, isInside }) => isRival && !isInside)
      .map(({ declaration: { name, file } }) =>
        problemOf(file, `group ${name} is already declared in ${taken.get(name)}; this one is not used`),
      ),
  ]
  return {
    declarations: [
      ...admins.declarations,
      ...living.filter(({ isRival }) => !isRival).map(({ declaration }) => declaration),
    ],
    applications: living.map(({ declaration }) => declaration),
    problems: problems.map(formatProblem),
  }
}
