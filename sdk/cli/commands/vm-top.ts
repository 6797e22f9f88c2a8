import type { Command } from 'commander'
import { parseInterval, parseRounds } from '../arguments/quantity.ts'
import { topDocument } from '../documents/top.ts'
import { examples } from '../frame/examples.ts'
import { withFrame } from '../frame/frame.ts'
import { withCleave } from '../frame/with-cleave.ts'
import { topTable } from '../render/top-table.ts'
import { showRounds } from '../top/show-rounds.ts'

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
          const { interval: intervalMs, rounds } = options
          await showRounds(frame, { intervalMs, rounds, look, text: topTable })
        })
      }),
    )
}
