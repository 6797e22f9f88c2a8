/** The format of a file by which an application declares itself. */
import * as z from 'zod'
import { commandPattern, endpoint, list, pid } from './fields.ts'
import { ownHooks } from './hook-schema.ts'

const most = 16

/**
 * Far less than an admin may say: nothing that belongs to others, such as units, addresses, disks and other groups. Its
 * name is that of its file.
 */
export const applicationSchema = z
  .strictObject({
    /** Who declares it: the file counts for as long as this process lives. */
    process: z.strictObject({
      pid,
      /** Field 22 of /proc/PID/stat: another process may have the pid later, never with the same. */
      startTicks: z.int().nonnegative(),
    }),
    /** Besides that process; of the processes of its user alone. */
    match: z
      .strictObject({ commands: list(commandPattern, most).default([]), pids: list(pid, most).default([]) })
      .prefault({}),
    endpoints: list(endpoint, most).default([]),
    /** It answers on the socket beside its file. */
    listens: z.boolean().default(false),
    /** Instead, for programs that can't listen. */
    hooks: ownHooks.default({}),
  })
  .refine(({ listens, hooks }) => !listens || Object.keys(hooks).length === 0, {
    error: 'listens: expected either this or hooks',
  })
