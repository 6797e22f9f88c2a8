import type { Command } from 'commander'
import { diskDocument } from '../documents/disk.ts'
import { examples } from '../frame/examples.ts'
import { withFrame } from '../frame/frame.ts'
import { withCleave } from '../frame/with-cleave.ts'

export function addDiskDetach(disk: Command): void {
  disk
    .command('detach')
    .description('take a disk from its machine, whose guest has unmounted it')
    .argument('<name>', 'the disk')
    .addHelpText('after', examples(['disk detach mail']))
    .action(
      withFrame(async (frame, name: string) => {
        await withCleave(frame, async (cleave) => {
          const { machine } = await cleave.disks.detach(name)
          frame.output.result({
            document: { disk: diskDocument(cleave.disks.get(name), cleave.disks.list()), from: machine },
            text: () => `${machine} does not have disk ${name} any more`,
          })
        })
      }),
    )
}
