/** One group file, from its text. Pure. */
import { basename } from 'node:path'
import { isName } from '../../../proto/names.ts'
import { parseYaml, type YamlProblem } from '../../../proto/yaml.ts'
import { declarationSchema } from './schema.ts'
import type { Declaration } from './types.ts'

export const fileEnding = '.yaml'

/** @param file its name without ending is the group's, unless the text gives another */
export function parseDeclaration(
  text: string,
  file: string,
): { declaration?: Declaration; problems: readonly YamlProblem[] } {
  const { value, problems } = parseYaml({ text, file, schema: declarationSchema })
  if (value === undefined) return { problems }
  const name = value.name ?? basename(file, fileEnding)
  if (isName(name)) return { declaration: { ...value, name, file }, problems: [] }
  const message = 'the name of the file can be no name of a group: rename it, or add a line with a name'
  return { problems: [{ file, line: 1, column: 1, message }] }
}
