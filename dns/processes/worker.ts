/** A process that answers, as the first one tells it. It ends with that. */
import { CleaveError } from '../../proto/errors.ts'
import type { ZoneChange } from '../authority.ts'
import { createLog } from '../log.ts'
import { type Serving, startServing } from '../server/serving.ts'
import { createZone, type Zone } from '../zone/zone.ts'
import type { FromWorker, ToWorker } from './messages.ts'

const zones = new Map<string, Zone>()
const updates = new Map<number, (reply: Buffer) => void>()
let lastUpdate = 0
let serving: Serving | undefined

function tell(message: FromWorker): void {
  process.send?.(message)
}

function take(changes: readonly ZoneChange[]): void {
  for (const { origin, changes: list } of changes) {
    const zone = zones.get(origin) ?? createZone(origin)
    zones.set(origin, zone)
    for (const change of list) zone.replace(change)
  }
  serving?.forget()
}

async function receive(message: ToWorker): Promise<void> {
  switch (message.kind) {
    case 'start':
      take(message.zones)
      serving = await startServing({
        config: message.config,
        zones,
        log: createLog(message.config.log.level),
        update: (bytes, client) =>
          new Promise((resolve) => {
            lastUpdate += 1
            updates.set(lastUpdate, resolve)
            tell({ kind: 'update', number: lastUpdate, bytes, client })
          }),
      })
      tell({ kind: 'serving' })
      break
    case 'change':
      take(message.changes)
      tell({ kind: 'changed', number: message.number })
      break
    case 'updated':
      updates.get(message.number)?.(message.reply)
      updates.delete(message.number)
      break
    default:
      await serving?.reload()
  }
}

process.title = 'cleave-dns'
process.on('disconnect', () => process.exit(0))
// The first process takes these, and ends the others when it is done.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.on('message', (message: ToWorker) => {
  receive(message).catch((error: unknown) => {
    const { message: text } = error as Error
    const { code, remedy } =
      error instanceof CleaveError ? error : { code: 'WORKER_FAILED', remedy: 'See the log.' }
    tell({ kind: 'failed', code, message: text, remedy })
  })
})
tell({ kind: 'ready' })
