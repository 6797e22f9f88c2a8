/** Files of the agent's own, in JSON. */
import type * as z from 'zod'
import { FailedError } from '../../proto/errors.ts'
import { readIfPresent } from './durable.ts'

export interface DocumentOptions<Content> {
  path: string
  schema: z.ZodType<Content>
  /** Of the error when somebody else wrote the file. */
  code: string
  /** What to do then. */
  remedy: string
}

/**
 * Undefined when there is no such file.
 *
 * @throws FailedError with the `code` of the options
 */
export function readDocument<Content>({
  path,
  schema,
  code,
  remedy,
}: DocumentOptions<Content>): Content | undefined {
  const text = readIfPresent(path)
  if (text === undefined) return undefined
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    throw new FailedError({ code, message: `${path} is not what the agent wrote`, remedy, cause: error })
  }
}
