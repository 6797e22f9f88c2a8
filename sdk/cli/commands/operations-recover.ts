import type { Command } from 'commander'
import { errorDocument } from '../documents/error.ts'
import { withFrame } from '../frame/frame.ts'
import { recoveredText, withCleave } from '../frame/with-cleave.ts'
import { printable } from '../render/printable.ts'

export function addOperationsRecover(operations: Command): void {
  operations
    .command('recover')
    .description('finish, or take back, what processes that have ended left in the middle')
    .action(
      withFrame(async (frame) => {
        await withCleave(
          frame,
          async (cleave) => {
            const recovered = await cleave.operations.recover()
            const documents = recovered.map(({ operation, machine, outcome, error, failures = [] }) => ({
              operation,
              machine,
              outcome,
              failures,
              ...(error && { error: errorDocument(error) }),
            }))
            const firstError = documents.find((document) => document.error)?.error
            frame.output.result({
              document: { recovered: documents, ...(firstError && { error: firstError }) },
              text: () =>
                recovered.map((one) => printable(recoveredText(one))).join('\n') || 'nothing was interrupted',
            })
            for (const { error } of recovered) if (error) frame.output.fail(error)
          },
          { recover: false },
        )
      }),
    )
}
