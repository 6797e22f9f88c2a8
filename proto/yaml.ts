/** Reads YAML that people write, and says where in the file each mistake is. */
import { readFile } from 'node:fs/promises'
import { isMap, isNode, isScalar, LineCounter, type ParsedNode, parseDocument, type YAMLError } from 'yaml'
import type * as z from 'zod'

/** One mistake in a file. Lines and columns count from 1. */
export interface YamlProblem {
  file: string
  line: number
  column: number
  message: string
}

export type YamlResult<Value> =
  | { value: Value; problems: readonly [] }
  | { value?: undefined; problems: readonly YamlProblem[] }

// A declaration has some dozens of lines; a file far beyond that is a mistake or an attack.
const largestFile = 256 * 1024
// Enough to correct a file by, few enough to read.
const mostProblems = 50
const mostAliases = 100

/**
 * Parses one YAML document and checks it against a schema. An empty file counts as an empty mapping. Throws
 * nothing: what is wrong with the text is in the result.
 *
 * @param options.file for the problems only: no file is read
 * @param options.schema make its objects strict (`z.strictObject`), so that an unknown key is a problem
 */
export function parseYaml<Schema extends z.ZodType>(options: {
  text: string
  file: string
  schema: Schema
}): YamlResult<z.output<Schema>> {
  const { text, file, schema } = options
  if (text.length > largestFile) {
    const message = `larger than ${largestFile} characters`
    return { problems: [{ file, line: 1, column: 1, message }] }
  }
  const lines = new LineCounter()
  const at = (offset: number, message: string): YamlProblem => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), message }
  }
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
    const faults: YAMLError[] = [...document.errors, ...document.warnings]
    if (faults.length > 0) {
      return { problems: faults.slice(0, mostProblems).map((fault) => at(fault.pos[0], fault.message)) }
    }
    const plain: unknown = document.toJS({ maxAliasCount: mostAliases }) ?? {}
    const checked = schema.safeParse(plain)
    if (checked.success) return { value: checked.data, problems: [] }
    const mistakes = checked.error.issues.flatMap((issue) => explain(issue, []))
    return {
      problems: mistakes
        .slice(0, mostProblems)
        .map((mistake) => at(locate(document.contents, mistake), mistake.message)),
    }
  } catch (error) {
    // Too many aliases, or nested deeper than the stack.
    const message = error instanceof Error ? error.message : String(error)
    return { problems: [{ file, line: 1, column: 1, message: `cannot be read as YAML: ${message}` }] }
  }
}

/**
 * The same for the settings of a program: a file that is missing has the defaults. Throws the error of the system when it can't be
 * read.
 */
export async function readSettingsFile<Schema extends z.ZodType>(options: {
  file: string
  schema: Schema
}): Promise<YamlResult<z.output<Schema>>> {
  let text = ''
  try {
    text = await readFile(options.file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return parseYaml({ text, ...options })
}

/** As compilers print it: `/etc/cleave/agent.yaml:3:5: unknown key "prot"`. */
export function formatProblem(problem: YamlProblem): string {
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.message}`
}

interface Mistake {
  path: readonly PropertyKey[]
  /** Set when the mistake is a key of the mapping at `path`, not its value. */
  key?: string
  message: string
}

function explain(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): Mistake[] {
  const path = [...above, ...issue.path]
  const name = path.join('.')
  const prefix = name === '' ? '' : `${name}: `
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path, key, message: `${prefix}unknown key ${JSON.stringify(key)}` }))
  }
  if (issue.code === 'invalid_key') {
    const [first] = issue.issues
    return [{ path, message: `${prefix}${first?.message ?? issue.message}` }]
  }
  return [{ path, message: `${prefix}${issue.message}` }]
}

/** The offset of the deepest part of the document that the mistake's path reaches: a missing key is not there. */
function locate(contents: ParsedNode | null, mistake: Mistake): number {
  let node: unknown = contents
  let offset = contents?.range[0] ?? 0
  const steps = mistake.key === undefined ? mistake.path : [...mistake.path, mistake.key]
  for (const [index, step] of steps.entries()) {
    const last = index === steps.length - 1
    const pair = isMap(node)
      ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step))
      : undefined
    if (last && pair !== undefined && isNode(pair.key)) return pair.key.range?.[0] ?? offset
    node = pair === undefined ? childAt(node, step) : pair.value
    if (!isNode(node)) return offset
    offset = node.range?.[0] ?? offset
  }
  return offset
}

function childAt(node: unknown, step: PropertyKey): unknown {
  const holds = node as { get?: (key: unknown, keepScalar: boolean) => unknown } | null
  return typeof holds?.get === 'function' ? holds.get(step, true) : undefined
}
