import type { Command } from 'commander'
import { examples } from '../frame/examples.ts'
import { withFrame } from '../frame/frame.ts'
import { withCleave } from '../frame/with-cleave.ts'
import { printable } from '../render/printable.ts'

export function addGroupStart(group: Command): void {
  group
    .command('start')
    .description('start the units that a declared group names, in its order')
    .argument('<vm>', 'the machine')
    .argument('<group>', 'the group')
    .addHelpText('after', examples(['group start shop1 mail']))
    .action(
      withFrame(async (frame, name: string, groupName: string) => {
        await withCleave(frame, async (cleave) => {
          const { units } = await cleave.machines.get(name).startGroup(groupName)
          frame.output.result({
            document: { machine: name, group: groupName, units },
            text: () => printable(`${groupName} is started: ${units.join(', ')}`),
          })
        })
      }),
    )
}
