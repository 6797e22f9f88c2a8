import type { Command } from 'commander'
import { diskDocument } from '../documents/disk.ts'
import { examples } from '../frame/examples.ts'
import { withFrame } from '../frame/frame.ts'
import { withCleave } from '../frame/with-cleave.ts'

export function addDiskAttach(disk: Command): void {
  disk
    .command('attach')
    .description('give a disk to a machine: one that runs has it at once, another when it starts')
    .argument('<name>', 'the disk')
    .argument('<vm>', 'the machine')
    .addHelpText('after', examples(['disk attach mail shop1']))
    .action(
      withFrame(async (frame, name: string, machine: string) => {
        await withCleave(frame, async (cleave) => {
          const { unit } = await cleave.disks.attach({ disk: name, machine })
          frame.output.result({
            document: { disk: { ...diskDocument(cleave.disks.get(name), cleave.disks.list()), unit } },
            text: () => `${machine} has disk ${name}; its guest finds it by the serial number ${name}`,
          })
        })
      }),
    )
}
