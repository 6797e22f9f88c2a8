/** The format of a group file. */
import { posix } from 'node:path'
import * as z from 'zod'
import { longestGraceMs } from '../../../proto/deadlines.ts'
import { isName } from '../../../proto/names.ts'
import { isAddressWithPrefix } from '../../address/address.ts'
import { isUnitName } from '../control/whole-units.ts'
import { compilePattern, longestPattern } from './pattern.ts'

const mostEntries = 256

const name = z.string().refine(isName, {
  error:
    'expected 1 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit',
})

const unit = z.string().refine((text) => isUnitName(text) || /^[\w:.\\@-]{1,240}\.scope$/.test(text), {
  error: 'expected the name of a systemd unit with its ending, such as nginx.service',
})

const startableUnit = z.string().refine(isUnitName, {
  error: 'expected the name of a systemd unit that can be started, with its ending, such as nginx.service',
})

const absolutePath = z
  .string()
  .max(4096)
  .refine((text) => /^\/[^\p{Cc}]*$/u.test(text) && posix.normalize(text) === text, {
    error: 'expected an absolute path without . and .. in it',
  })

const user = z.union([
  z.string().regex(/^[^\s:/]{1,64}$/, { error: 'expected the name of a user' }),
  z.int().nonnegative().transform(String),
])

const command = z
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

const list = <Item extends z.ZodType>(item: Item) => z.array(item).max(mostEntries)

const disk = z
  .strictObject({
    serial: z
      .string()
      .regex(/^[\w.-]{1,64}$/, { error: 'expected the serial number of a disk' })
      .default(''),
    uuid: z
      .string()
      .regex(/^[\dA-Fa-f-]{4,36}$/, { error: 'expected the UUID of a file system' })
      .default(''),
    mountPoint: absolutePath,
    fileSystem: z
      .string()
      .regex(/^[\w.-]{1,32}$/, { error: 'expected a file system, such as ext4' })
      .default(''),
    options: list(z.string().regex(/^\w[^\s,]{0,255}$/, { error: 'expected one mount option' })).default([]),
  })
  .refine(({ serial, uuid }) => serial !== '' || uuid !== '', { error: 'expected a serial or a uuid' })

const endpoint = z.strictObject({
  name,
  protocol: z.enum(['tcp', 'udp']),
  port: z.int().min(1).max(65_535),
})

const match = z
  .strictObject({
    units: list(unit).default([]),
    users: list(user).default([]),
    cgroups: list(absolutePath.refine((path) => path !== '/', { error: 'expected less than all' })).default(
      [],
    ),
    commands: list(command).default([]),
    pids: list(z.int().positive()).default([]),
  })
  .refine((lines) => Object.values(lines).some(({ length }) => length > 0), {
    error: 'expected at least one of units, users, cgroups, commands and pids',
  })

/** What one file declares. Everything that is left out has an empty value. */
export const declarationSchema = z
  .strictObject({
    name: name.optional(),
    match,
    together: list(name).default([]),
    apart: list(name).default([]),
    start: list(startableUnit).optional(),
    stop: z
      .strictObject({
        graceSeconds: z
          .number()
          .nonnegative()
          .max(longestGraceMs / 1000),
      })
      .optional(),
    disks: list(disk).default([]),
    endpoints: list(endpoint).default([]),
    serviceAddress: z
      .string()
      .refine(isAddressWithPrefix, { error: 'expected an address with prefix length, such as 10.77.0.80/24' })
      .default(''),
  })
  .transform(({ start, ...rest }) => ({ ...rest, start: start ?? rest.match.units.filter(isUnitName) }))
