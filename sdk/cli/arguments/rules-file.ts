/** Rules of an assignment, as people write them (docs/split.md). */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { InvalidRequestError } from '../../../proto/errors.ts'
import { isName } from '../../../proto/names.ts'
import { formatProblem, parseYaml } from '../../../proto/yaml.ts'
import type { AssignmentRules } from '../../planning/rules.ts'

const group = z.string().refine(isName, 'no name of a group')
const sets = z.array(z.array(group).min(2).max(1000)).max(1000)

const rulesSchema = z.strictObject({
  together: sets.optional(),
  apart: sets.optional(),
  replicated: z.array(group).max(1000).optional(),
  everyChild: z.array(group).max(1000).optional(),
  weights: z.record(group, z.number()).optional(),
})

/**
 * @throws InvalidRequestError `RULES_UNREADABLE`; `BAD_RULES` with file, line and column of each mistake
 */
export async function readRules(file: string): Promise<AssignmentRules> {
  return parseRules(await read(file), file)
}

/** Pure. Throws as {@link readRules} does. */
export function parseRules(text: string, file: string): AssignmentRules {
  const { value, problems } = parseYaml({ text, file, schema: rulesSchema })
  if (value !== undefined) return value as AssignmentRules
  throw new InvalidRequestError({
    code: 'BAD_RULES',
    message: problems.map(formatProblem).join('\n'),
    remedy: 'Rules are `together`, `apart`, `replicated`, `everyChild` and `weights`: see docs/split.md.',
  })
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new InvalidRequestError({
      code: 'RULES_UNREADABLE',
      message: `the rules ${file} can't be read: ${error instanceof Error ? error.message : error}`,
      remedy: 'Give the path of a file that exists and that you may read.',
      cause: error,
    })
  }
}
