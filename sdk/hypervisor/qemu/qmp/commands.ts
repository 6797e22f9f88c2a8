/** The QMP commands that this driver uses: what they take and what they answer. */
import { z } from 'zod'

export interface QmpArguments {
  'announce-self': { initial: number; max: number; rounds: number; step: number }
  cont: undefined
  'human-monitor-command': { 'command-line': string }
  'migrate-incoming': { uri: string }
  'migrate-set-capabilities': { capabilities: { capability: string; state: boolean }[] }
  'migrate-set-parameters': { 'max-bandwidth'?: number; 'downtime-limit'?: number }
  migrate: { uri: string }
  'object-del': { id: string }
  'qom-list': { path: string }
  'query-migrate': undefined
  'query-migrate-capabilities': undefined
  'query-status': undefined
  quit: undefined
  stop: undefined
  system_powerdown: undefined
}

export type QmpCommand = keyof QmpArguments

const nothing = z.object({})

/** What QEMU must answer; more fields are fine. */
export const answerSchemas = {
  'announce-self': nothing,
  cont: nothing,
  'human-monitor-command': z.string(),
  'migrate-incoming': nothing,
  'migrate-set-capabilities': nothing,
  'migrate-set-parameters': nothing,
  migrate: nothing,
  'object-del': nothing,
  'qom-list': z.array(z.object({ name: z.string(), type: z.string() })),
  'query-migrate': z.object({
    status: z.string().max(50).optional(),
    ram: z.object({ 'dirty-sync-count': z.int().nonnegative() }).optional(),
    'blocked-reasons': z.array(z.string().max(1000)).optional(),
  }),
  'query-migrate-capabilities': z.array(z.object({ capability: z.string().max(100), state: z.boolean() })),
  'query-status': z.object({ status: z.string().max(50), running: z.boolean() }),
  quit: nothing,
  stop: nothing,
  system_powerdown: nothing,
} satisfies Record<QmpCommand, z.ZodType>

export type QmpAnswer<Command extends QmpCommand> = z.output<(typeof answerSchemas)[Command]>
