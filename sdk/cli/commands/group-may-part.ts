import type { Command } from 'commander'
import { edgeDocument } from '../documents/groups.ts'
import { examples } from '../frame/examples.ts'
import { exitCodes } from '../frame/exit-code.ts'
import { withFrame } from '../frame/frame.ts'
import { withCleave } from '../frame/with-cleave.ts'
import { printable } from '../render/printable.ts'
import { drawTree } from '../render/tree.ts'

export function addGroupMayPart(group: Command): void {
  group
    .command('may-part')
    .description('say whether two groups may run in different machines, and why not (exit code 4)')
    .argument('<vm>', 'the machine')
    .argument('<group>', 'the one')
    .argument('<other>', 'the other')
    .addHelpText('after', examples(['group may-part shop1 shop mail']))
    .action(
      withFrame(async (frame, name: string, groupName: string, other: string) => {
        await withCleave(frame, async (cleave) => {
          const { mayPart, reasons } = await cleave.machines.get(name).mayPart(groupName, other)
          frame.output.result({
            document: { machine: name, group: groupName, other, mayPart, reasons: reasons.map(edgeDocument) },
            text: () =>
              drawTree([
                {
                  text: printable(
                    `${groupName} and ${other} ${mayPart ? 'may be parted' : 'must stay together'}`,
                  ),
                  children: reasons.map(({ evidence }) => ({ text: printable(evidence) })),
                },
              ]),
          })
          if (!mayPart) process.exitCode = exitCodes.refused
        })
      }),
    )
}
