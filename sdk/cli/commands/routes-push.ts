import type { Command } from 'commander'
import { pushDocument } from '../documents/routes.ts'
import { withFrame } from '../frame/frame.ts'
import { withCleave } from '../frame/with-cleave.ts'
import { printable } from '../render/printable.ts'
import { backendText } from '../render/routes-table.ts'

export function addRoutesPush(routes: Command): void {
  routes
    .command('push')
    .description('tell every publisher where groups are now, whatever it was told before')
    .action(
      withFrame(async (frame) => {
        await withCleave(frame, async (cleave) => {
          const report = await cleave.routes.push()
          const document = pushDocument(report)
          const [first] = document.failures
          frame.output.result({
            document: { ...document, ...(first && { error: first.error }) },
            text: () =>
              [
                ...document.pushed.map(pushedText),
                ...document.deleted.map(({ route, publisher }) => `${route} was deleted at ${publisher}`),
              ]
                .map(printable)
                .join('\n') || 'there are no routes',
          })
          for (const { machine, error } of report.unknown)
            frame.output.warn(
              `${machine} could not be asked, and routes lead to it as before: ${error.message}`,
            )
          for (const { error } of report.failures) frame.output.fail(error)
        })
      }),
    )
}

function pushedText({ route, backends, heldBy }: ReturnType<typeof pushDocument>['pushed'][number]): string {
  if (heldBy !== null) return `${route} is left to ${heldBy}`
  return `${route} leads to ${backends.map(backendText).join(', ') || 'nobody: its group runs nowhere'}`
}
