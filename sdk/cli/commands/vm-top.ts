import type { Command } from 'commander'
import { parseInterval, parseRounds } from '../arguments/quantity.ts'
import { type TopDocument, topDocument } from '../documents/top.ts'
import { examples } from '../frame/examples.ts'
import { type Frame, withFrame } from '../frame/frame.ts'
import { interruptions } from '../frame/interruption.ts'
import { lookOf } from '../frame/streams.ts'
import { withCleave } from '../frame/with-cleave.ts'
import { topTable } from '../render/top-table.ts'

interface TopOptions {
  interval: number
  rounds?: number
  groups: boolean
}

export function addVmTop(vm: Command): void {
  vm.command('top')
    .description('show what machines and their groups use, again and again')
    .option('--interval <seconds>', 'from one round to the next (default: 2)', parseInterval, 2000)
    .option('--rounds <number>', 'this many tables below each other, in place of a screen', parseRounds)
    .option('--no-groups', 'machines alone; no agent is asked')
    .addHelpText(
      'after',
      examples(['vm top', 'vm top --rounds 1', 'vm top --json --rounds 60 --interval 10 >> use.jsonl']),
    )
    .action(
      withFrame(async (frame, options: TopOptions) => {
        const { createHostWatch } = await import('../top/host-watch.ts')
        await withCleave(frame, async (cleave) => {
          await using watch = createHostWatch(cleave, options)
          const look = async () => topDocument({ samples: await watch.look(), at: Date.now() })
          await show(frame, options, look)
        })
      }),
    )
}

async function show(
  { output }: Frame,
  { interval: intervalMs, rounds }: TopOptions,
  look: () => Promise<TopDocument>,
): Promise<void> {
  const { inRounds } = await import('../top/rounds.ts')
  const quit = new AbortController()
  const stop = () => quit.abort()
  const { signal } = quit
  const { stdin, stdout } = process
  using _signals = interruptions(stop)
  // Whoever reads it has seen enough.
  stdout.once('error', stop)
  if (output.json || rounds !== undefined || !stdout.isTTY) {
    let isFirst = true
    const say = (document: TopDocument) => {
      output.round({ document, text: (look) => `${isFirst ? '' : '\n'}${topTable(document, look)}` })
      isFirst = false
    }
    await inRounds({ look, show: say, intervalMs, rounds: rounds ?? (output.json ? 1 : Infinity), signal })
    return
  }
  const { openScreen } = await import('../top/screen.ts')
  let shown: TopDocument | undefined
  const draw = () => {
    if (shown !== undefined) screen.draw(topTable(shown, lookOf(stdout)))
  }
  using screen = openScreen({ stdin, stdout, onQuit: stop, onResize: draw })
  const say = (document: TopDocument) => {
    shown = document
    draw()
  }
  await inRounds({ look, show: say, intervalMs, rounds: Infinity, showFirst: true, signal })
}
