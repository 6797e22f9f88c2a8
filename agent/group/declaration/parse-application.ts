/** One file by which an application declares itself, from its text. Pure. */
import { basename, dirname, join } from 'node:path'
import type * as z from 'zod'
import { declarationEnding, socketEnding } from '../../../proto/application.ts'
import type { YamlProblem } from '../../../proto/yaml.ts'
import { printable } from '../coupling/printable.ts'
import { toName } from '../grouping/names.ts'
import { applicationSchema } from './application-schema.ts'
import { ownHooksAs } from './hook-schema.ts'
import { problemOf } from './read.ts'
import type { Declaration } from './types.ts'

export interface ApplicationText {
  text: string
  file: string
  /** The owner of the file. */
  userId: number
  /** The owner's name, or the number when there is none. */
  user: string
}

// The text is a stranger's: enough of it to correct the file by.
const mostProblems = 3
const root = 0

/** The name of the file is that of the group. */
export function parseApplication({ text, file, userId, user }: ApplicationText): {
  declaration?: Declaration
  problems: readonly YamlProblem[]
} {
  const name = basename(file, declarationEnding)
  if (!mayBeCalled(name, userId, user)) {
    const message = `a group that user ${user} declares has to be called ${toName(user)}, or ${toName(user)}-…; it is not used`
    return { problems: [problemOf(file, message)] }
  }
  const parsed = parseText(text)
  if (parsed.reasons !== undefined) {
    return {
      problems: parsed.reasons.map((reason) => problemOf(file, `${printable(reason)}; it is not used`)),
    }
  }
  const { process, match, endpoints, listens, hooks } = parsed.value
  const declaration: Declaration = {
    name,
    file,
    application: {
      userId,
      process,
      socket: listens ? join(dirname(file), `${name}${socketEnding}`) : undefined,
    },
    match: { ...match, pids: [process.pid, ...match.pids], units: [], users: [], cgroups: [] },
    hooks: ownHooksAs(hooks, String(userId)),
    endpoints,
    together: [],
    apart: [],
    start: [],
    stop: undefined,
    disks: [],
    stateless: false,
    serviceAddress: '',
  }
  return { declaration, problems: [] }
}

type Parsed =
  | { value: z.output<typeof applicationSchema>; reasons?: undefined }
  | { reasons: readonly string[] }

/** Not YAML, as admins write it: a stranger's YAML of a few kilobytes can take long. */
function parseText(text: string): Parsed {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return { reasons: [`is no JSON: ${error instanceof Error ? error.message : error}`] }
  }
  const { data, error } = applicationSchema.safeParse(json)
  if (data !== undefined) return { value: data }
  const issues = error.issues.slice(0, mostProblems)
  return { reasons: issues.map(({ path, message }) => [...path, message].join(': ')) }
}

/** Nobody can take a name that another user's group, or one that nobody declared, may be known by. */
function mayBeCalled(name: string, userId: number, user: string): boolean {
  const own = toName(user)
  return userId === root || name === own || name.startsWith(`${own}-`)
}
