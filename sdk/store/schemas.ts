/** What a record read from the store must look like: the file may be damaged, or not ours. */
import { z } from 'zod'
import { isName } from '../../proto/names.ts'
import { nameSchema } from '../../proto/routing/schema.ts'
import { routeDefinition } from '../routes/schema.ts'
import type {
  AttachedDisk,
  DiskRecord,
  JournalEntry,
  MachineRecord,
  OperationRecord,
  RouteRecord,
} from './records.ts'

const name = z.string().refine(isName, 'not a usable name')
const path = z
  .string()
  .max(4096)
  .startsWith('/')
  .refine((text) => !text.includes('\0'), 'holds a null byte')
const text = z.string().max(4096)
// The kernel's bound (IFNAMSIZ) with the characters that need no quoting anywhere.
const interfaceName = z.string().regex(/^[a-zA-Z][a-zA-Z0-9._-]{0,14}$/)
const ipv4 = z.ipv4()
const port = z.int().min(1).max(65_535)
const milliseconds = z.number().nonnegative()

const processHandle = z.strictObject({
  pid: z.int().positive(),
  startTicks: z.int().nonnegative(),
})

/** INQUIRY page 80h of QEMU's SCSI disks has no more (hw/scsi/scsi-disk.c). */
const longestSerial = 36
const diskName = name.refine((text) => text.length <= longestSerial, 'longer than a serial number')
const sizeMiB = z
  .int()
  .min(1)
  .max(16 * 1024 * 1024)

const attachedDisk: z.ZodType<AttachedDisk> = z.strictObject({
  name: diskName,
  image: path,
  unit: z.int().min(0).max(255),
})

const plugged = z.strictObject({
  bootCpus: z.int().min(1).max(255),
  bootMemoryMiB: sizeMiB,
  presentCpus: z.int().min(1).max(255),
  memory: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
        sizeMiB,
        slot: z.int().min(0).max(255),
        address: z.int().nonnegative(),
        file: path,
      }),
    )
    .max(256),
})

export const diskSchema: z.ZodType<DiskRecord> = z.strictObject({
  name: diskName,
  sizeBytes: z.int().positive(),
  image: path,
  backing: z.array(path).max(1000).exactOptional(),
  machine: name.exactOptional(),
  createdAt: milliseconds,
})

export const machineSchema: z.ZodType<MachineRecord> = z.strictObject({
  name,
  id: z.uuid(),
  state: z.enum(['stopped', 'running', 'preparing', 'split']),
  cpus: z.int().min(1).max(255),
  memoryMiB: z
    .int()
    .min(32)
    .max(16 * 1024 * 1024),
  directory: path,
  runtime: path.exactOptional(),
  disk: path,
  backing: path.exactOptional(),
  disks: z.array(attachedDisk).max(255).exactOptional(),
  plugged: plugged.exactOptional(),
  boot: z.strictObject({ kernel: path, initrd: path, commandLine: text }),
  tap: interfaceName,
  macAddress: z.string().regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/),
  address: z.cidrv4(),
  gateway: ipv4,
  bridge: interfaceName,
  userNetwork: z
    .strictObject({
      forwards: z.array(z.strictObject({ hostPort: port, guestAddress: ipv4, guestPort: port })).max(100),
    })
    .exactOptional(),
  generationId: z.uuid(),
  memory: z.enum(['shared', 'private']),
  memoryFile: path,
  established: z.boolean(),
  twin: z
    .strictObject({
      runtime: path,
      tap: interfaceName,
      memory: z.literal('shared'),
      memoryFile: path,
      plugged: plugged.exactOptional(),
    })
    .exactOptional(),
  parent: name.exactOptional(),
  createdAt: milliseconds,
})

const hook = z.strictObject({
  event: z.enum(['beforeSplit', 'afterSplit']),
  child: z.string().max(100),
  group: text,
  hook: text,
  outcome: z.enum(['done', 'refused', 'timed-out', 'broken', 'gone', 'cancelled']),
  detail: text,
  output: text,
  milliseconds,
})

const failure = z.strictObject({ machine: name, group: text, unit: text, reason: text })

export const operationSchema: z.ZodType<OperationRecord> = z.strictObject({
  id: z.string().min(1).max(100),
  kind: z.enum(['split', 'merge', 'resize']),
  state: z.enum(['running', 'done', 'undone', 'failed']),
  machine: name,
  owner: processHandle,
  plan: z.unknown(),
  startedAt: milliseconds,
  endedAt: milliseconds.exactOptional(),
  error: z.strictObject({ code: text, message: text }).exactOptional(),
  hooks: z.array(hook).exactOptional(),
  failures: z.array(failure).exactOptional(),
})

export const journalEntrySchema: z.ZodType<JournalEntry> = z.strictObject({
  operation: z.string(),
  position: z.int().nonnegative(),
  step: z.string().min(1).max(200),
  state: z.enum(['begun', 'done', 'undone']),
  at: milliseconds,
})

export const routeSchema: z.ZodType<RouteRecord> = z.strictObject({
  name: nameSchema,
  number: z.int().nonnegative(),
  backends: z
    .array(z.strictObject({ address: z.union([z.ipv4(), z.ipv6()]), port, machine: name }))
    .max(1000),
  published: routeDefinition.exactOptional(),
  heldBy: z.string().min(1).max(100).exactOptional(),
})
