import type { Command } from 'commander'
import { failureText } from '../../operation/failure-records.ts'
import { type OperationDocument, operationDocument } from '../documents/operation.ts'
import { withFrame } from '../frame/frame.ts'
import { withCleave } from '../frame/with-cleave.ts'
import { type Column, table } from '../render/table.ts'
import { moment } from '../render/units.ts'

const columns: readonly Column<OperationDocument>[] = [
  { title: 'ID', text: ({ id }) => id },
  { title: 'MACHINE', text: ({ machine }) => machine },
  {
    title: 'STATE',
    text: ({ state }) => state,
    style: ({ state }) => (state === 'interrupted' || state === 'failed' ? 'red' : undefined),
  },
  { title: 'STARTED', text: ({ startedAt }) => moment(Date.parse(startedAt)) },
  { title: 'ERROR', text: errorText, cut: true },
]

function errorText({ error, failures }: OperationDocument): string {
  if (error) return `${error.message} (${error.code})`
  return failures.map(failureText).join('; ')
}

export function addOperationsList(operations: Command): void {
  operations
    .command('list', { isDefault: true })
    .description('list what was done, the latest first; recovers nothing')
    .action(
      withFrame(async (frame) => {
        const { isAlive } = await import('../../store/process-handle.ts')
        await withCleave(
          frame,
          async (cleave) => {
            const records = cleave.operations.list()
            const documents = records.map((record) => operationDocument(record, isAlive(record.owner)))
            if (documents.length === 0) frame.output.note('no operations yet')
            frame.output.result({
              document: { operations: documents },
              text: (look) => (documents.length > 0 ? table(documents, columns, look) : ''),
            })
          },
          { recover: false },
        )
      }),
    )
}
