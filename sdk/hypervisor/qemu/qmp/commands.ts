/** The QMP commands that this driver uses: what they take and what they answer. */
import { z } from 'zod'

export interface QmpArguments {
  'announce-self': { initial: number; max: number; rounds: number; step: number }
  'block-commit': { 'job-id': string; device: string; 'base-node': string; 'auto-dismiss': false }
  'block-stream': { 'job-id': string; device: string; 'auto-dismiss': false }
  'blockdev-add': { driver: string; 'node-name': string } & Record<string, unknown>
  'blockdev-del': { 'node-name': string }
  cont: undefined
  device_add: { driver: string; id: string } & Record<string, unknown>
  device_del: { id: string }
  'human-monitor-command': { 'command-line': string }
  'job-complete': { id: string }
  'job-dismiss': { id: string }
  'migrate-incoming': { uri: string }
  'migrate-set-capabilities': { capabilities: { capability: string; state: boolean }[] }
  'migrate-set-parameters': { 'max-bandwidth'?: number; 'downtime-limit'?: number }
  migrate: { uri: string }
  'object-add': { 'qom-type': string; id: string } & Record<string, unknown>
  'object-del': { id: string }
  'qom-list': { path: string }
  'query-block': undefined
  'query-hotpluggable-cpus': undefined
  'query-jobs': undefined
  'query-memory-devices': undefined
  'query-migrate': undefined
  'query-migrate-capabilities': undefined
  'query-named-block-nodes': { flat: boolean }
  'query-status': undefined
  quit: undefined
  stop: undefined
  system_powerdown: undefined
}

export type QmpCommand = keyof QmpArguments

const nothing = z.object({})
const path = z.string().max(5000)
const nodeName = z.string().max(100)

/** What QEMU must answer; more fields are fine. */
export const answerSchemas = {
  'announce-self': nothing,
  'block-commit': nothing,
  'block-stream': nothing,
  'blockdev-add': nothing,
  'blockdev-del': nothing,
  cont: nothing,
  device_add: nothing,
  device_del: nothing,
  'human-monitor-command': z.string(),
  'job-complete': nothing,
  'job-dismiss': nothing,
  'migrate-incoming': nothing,
  'migrate-set-capabilities': nothing,
  'migrate-set-parameters': nothing,
  migrate: nothing,
  'object-add': nothing,
  'object-del': nothing,
  'qom-list': z.array(z.object({ name: z.string(), type: z.string() })),
  'query-block': z.array(
    z.object({
      /** The device's id, or its path. */
      qdev: path.optional(),
      inserted: z.object({ file: path, 'node-name': nodeName.optional() }).optional(),
    }),
  ),
  'query-hotpluggable-cpus': z.array(
    z.object({
      type: z.string().max(100),
      props: z.record(z.string(), z.int()),
      /** There when it is plugged in. */
      'qom-path': path.optional(),
    }),
  ),
  'query-jobs': z.array(
    z.object({ id: z.string().max(100), status: z.string().max(50), error: z.string().max(1000).optional() }),
  ),
  'query-memory-devices': z.array(
    z.object({
      type: z.string().max(50),
      data: z.object({
        id: z.string().max(100).optional(),
        addr: z.int().optional(),
        slot: z.int().optional(),
        size: z.int().optional(),
      }),
    }),
  ),
  'query-migrate': z.object({
    status: z.string().max(50).optional(),
    'blocked-reasons': z.array(z.string().max(1000)).optional(),
  }),
  'query-migrate-capabilities': z.array(z.object({ capability: z.string().max(100), state: z.boolean() })),
  'query-named-block-nodes': z.array(z.object({ 'node-name': nodeName, drv: z.string(), file: path })),
  'query-status': z.object({ status: z.string().max(50), running: z.boolean() }),
  quit: nothing,
  stop: nothing,
  system_powerdown: nothing,
} satisfies Record<QmpCommand, z.ZodType>

export type QmpAnswer<Command extends QmpCommand> = z.output<(typeof answerSchemas)[Command]>
