/** The format of a group file. */
import { isIPv4, isIPv6 } from 'node:net'
import * as z from 'zod'
import { longestGraceMs } from '../../../proto/deadlines.ts'
import { isAddressWithPrefix } from '../../address/address.ts'
import { isUnitName } from '../control/whole-units.ts'
import { absolutePath, commandPattern, endpoint, list, name, pid, user } from './fields.ts'
import { hooks } from './hook-schema.ts'

const unit = z.string().refine((text) => isUnitName(text) || /^[\w:.\\@-]{1,240}\.scope$/.test(text), {
  error: 'expected the name of a systemd unit with its ending, such as nginx.service',
})

const startableUnit = z.string().refine(isUnitName, {
  error: 'expected the name of a systemd unit that can be started, with its ending, such as nginx.service',
})

const iscsi = z.strictObject({
  portal: z.string().refine((text) => isPortal(text), {
    error: 'expected the address and port of a target, such as 10.77.0.1:3260',
  }),
  // RFC 3720, 3.2.6.3
  name: z.string().regex(/^(?:iqn\.\d{4}-\d{2}\.|eui\.|naa\.)[\w.:-]{1,200}$/, {
    error: 'expected the name of a target, such as iqn.2026-01.org.example:data',
  }),
  lun: z.int().min(0).max(16_383).default(0),
})

/** An address of IPv6 in brackets. */
function isPortal(text: string): boolean {
  const [, host = '', port] = /^(.{1,47}):(\d{1,5})$/.exec(text) ?? []
  const inner = /^\[(.*)\]$/.exec(host)?.[1]
  const isAddress = inner === undefined ? isIPv4(host) : isIPv6(inner)
  return isAddress && Number(port) >= 1 && Number(port) <= 65_535
}

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
    iscsi: iscsi.optional(),
    nfs: z
      .string()
      .regex(/^[\w.:[\]-]{1,255}:\/[^\s\p{Cc}]{0,1024}$/u, { error: 'expected server:/path' })
      .default(''),
  })
  .refine(
    ({ serial, uuid, iscsi, nfs }) =>
      nfs === ''
        ? serial !== '' || uuid !== '' || iscsi !== undefined
        : serial === '' && uuid === '' && iscsi === undefined,
    { error: 'expected a serial, a uuid, iscsi, or nfs alone' },
  )
  .transform(({ iscsi = null, ...rest }) => ({ ...rest, iscsi }))

const match = z
  .strictObject({
    units: list(unit).default([]),
    users: list(user).default([]),
    cgroups: list(absolutePath.refine((path) => path !== '/', { error: 'expected less than all' })).default(
      [],
    ),
    commands: list(commandPattern).default([]),
    pids: list(pid).default([]),
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
    stateless: z.boolean().default(false),
    endpoints: list(endpoint).default([]),
    serviceAddress: z
      .string()
      .refine(isAddressWithPrefix, { error: 'expected an address with prefix length, such as 10.77.0.80/24' })
      .default(''),
    hooks: hooks.default({}),
  })
  .transform(({ start, ...rest }) => ({ ...rest, start: start ?? rest.match.units.filter(isUnitName) }))
