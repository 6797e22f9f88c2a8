/** Records as the JSON text that the store keeps. */
import { z } from 'zod'
import { FailedError } from '../../proto/errors.ts'

/**
 * Reads a stored record.
 *
 * @throws FailedError `STORE_DAMAGED` when the text is no such record; `what` is for the message: 'machine shop'
 */
export function readDocument<Value>(options: {
  schema: z.ZodType<Value>
  text: unknown
  what: string
}): Value {
  const { schema, text, what } = options
  try {
    return schema.parse(JSON.parse(String(text)))
  } catch (error) {
    throw new FailedError({
      code: 'STORE_DAMAGED',
      message: `the store's entry of ${what} is damaged: ${describe(error)}`,
      remedy: 'Restore the store from a backup.',
      cause: error,
    })
  }
}

/**
 * Makes the text to store. What could not be read back is not written.
 *
 * @throws FailedError `BAD_RECORD`
 */
export function writeDocument<Value>(options: {
  schema: z.ZodType<Value>
  value: Value
  what: string
}): string {
  const { schema, value, what } = options
  const checked = schema.safeParse(value)
  if (checked.success) return JSON.stringify(checked.data)
  throw new FailedError({
    code: 'BAD_RECORD',
    message: `the record of ${what} can't be stored: ${describe(checked.error)}`,
    remedy: 'This is a defect of Cleave: please report it with the message.',
    cause: checked.error,
  })
}

function describe(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error).replaceAll('\n', ' ').slice(0, 500)
  return error instanceof Error ? error.message : String(error)
}
