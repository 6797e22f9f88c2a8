import type { Command } from 'commander'
import { operationDocument } from '../documents/operation.ts'
import { withFrame } from '../frame/frame.ts'
import { withCleave } from '../frame/with-cleave.ts'
import { pairs } from '../render/table.ts'
import { duration, moment } from '../render/units.ts'

export function addOperationsShow(operations: Command): void {
  operations
    .command('show')
    .description('show one operation; recovers nothing')
    .argument('<id>', 'as in `cleave operations list`')
    .action(
      withFrame(async (frame, id: string) => {
        const { isAlive } = await import('../../store/process-handle.ts')
        await withCleave(
          frame,
          async (cleave) => {
            const record = cleave.operations.get(id)
            const operation = operationDocument(record, isAlive(record.owner))
            frame.output.result({
              document: { operation },
              text: (look) =>
                pairs(
                  [
                    ['id', operation.id],
                    ['kind', operation.kind],
                    ['state', operation.state],
                    ['machine', operation.machine],
                    ['process', String(operation.processId)],
                    ['started', moment(record.startedAt)],
                    ['took', duration((record.endedAt ?? Number.NaN) - record.startedAt)],
                    [
                      'error',
                      operation.error ? `${operation.error.message} (${operation.error.code})` : 'none',
                    ],
                  ],
                  look,
                ),
            })
          },
          { recover: false },
        )
      }),
    )
}
