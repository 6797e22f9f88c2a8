import type { Command } from 'commander'
import { operationDocument, type StepDocument, stepDocuments } from '../documents/operation.ts'
import { withFrame } from '../frame/frame.ts'
import { withCleave } from '../frame/with-cleave.ts'
import { failuresText } from '../render/failures.ts'
import { hooksText } from '../render/hooks.ts'
import { type Column, pairs, table } from '../render/table.ts'
import { duration, moment } from '../render/units.ts'

const stepColumns: Column<StepDocument>[] = [
  { title: 'STEP', text: ({ step }) => step },
  { title: 'STATE', text: ({ state }) => state },
  { title: 'BEGUN', text: ({ begunAt }) => moment(Date.parse(begunAt)) },
  {
    title: 'AFTER',
    text: ({ begunAt, changedAt, state }) =>
      state === 'begun' ? '' : duration(Date.parse(changedAt) - Date.parse(begunAt)),
    align: 'right',
  },
]

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
            const steps = stepDocuments(cleave.operations.journal(id))
            const { hooks = [] } = record
            frame.output.result({
              document: { operation, steps, hooks },
              text: (look) =>
                `${pairs(
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
                )}\n\n${table(steps, stepColumns, look)}${failuresText(operation.failures, look)}${hooksText(hooks, look)}`,
            })
          },
          { recover: false },
        )
      }),
    )
}
