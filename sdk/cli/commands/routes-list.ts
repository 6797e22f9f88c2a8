import type { Command } from 'commander'
import { parseInterval, parseRounds } from '../arguments/quantity.ts'
import { routesDocument } from '../documents/routes.ts'
import { withFrame } from '../frame/frame.ts'
import { withCleave } from '../frame/with-cleave.ts'
import { routesTable } from '../render/routes-table.ts'
import { showRounds } from '../top/show-rounds.ts'

interface ListOptions {
  watch?: boolean
  interval: number
  rounds?: number
}

export function addRoutesList(routes: Command): void {
  routes
    .command('list', { isDefault: true })
    .description('list where clients of groups are sent, and what each publisher says of it')
    .option('-w, --watch', 'again and again')
    .option(
      '--interval <seconds>',
      'with --watch, from one look to the next (default: 2)',
      parseInterval,
      2000,
    )
    .option('--rounds <number>', 'with --watch, this many tables below each other', parseRounds)
    .action(
      withFrame(async (frame, { watch = false, interval: intervalMs, rounds }: ListOptions) => {
        await withCleave(frame, async (cleave) => {
          const look = async () => routesDocument(await cleave.routes.list())
          if (watch) return await showRounds(frame, { intervalMs, rounds, look, text: routesTable })
          const document = await look()
          const isEmpty = document.routes.length === 0
          if (isEmpty) frame.output.note(`no routes: describe them in ${cleave.settings.home}/routes.yaml`)
          frame.output.result({ document, text: (shape) => (isEmpty ? '' : routesTable(document, shape)) })
        })
      }),
    )
}
