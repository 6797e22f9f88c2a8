/** What the files of admins and of applications have in common. */
import { posix } from 'node:path'
import * as z from 'zod'
import { isName } from '../../../proto/names.ts'
import { compilePattern, longestPattern } from './pattern.ts'

const mostEntries = 256

export const list = <Item extends z.ZodType>(item: Item, most = mostEntries) => z.array(item).max(most)

export const name = z.string().refine(isName, {
  error:
    'expected 1 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit',
})

export const absolutePath = z
  .string()
  .max(4096)
  .refine((text) => /^\/[^\p{Cc}]*$/u.test(text) && posix.normalize(text) === text, {
    error: 'expected an absolute path without . and .. in it',
  })

export const user = z.union([
  z.string().regex(/^[^\s:/]{1,64}$/, { error: 'expected the name of a user' }),
  z.int().nonnegative().transform(String),
])

/** A regular expression on a command line. */
export const commandPattern = z
  .string()
  .min(1)
  .max(longestPattern)
  .transform((text, context) => {
    try {
      return compilePattern(text)
    } catch (error) {
      context.addIssue(error instanceof Error ? error.message : String(error))
      return z.NEVER
    }
  })

export const pid = z.int().positive()

export const endpoint = z.strictObject({
  name,
  protocol: z.enum(['tcp', 'udp']),
  port: z.int().min(1).max(65_535),
})
