import type { Command } from 'commander'
import { examples } from '../frame/examples.ts'
import { withFrame } from '../frame/frame.ts'
import { withCleave } from '../frame/with-cleave.ts'

export function addDiskDelete(disk: Command): void {
  disk
    .command('delete')
    .description('delete a disk that no machine has, and all that is on it')
    .argument('<name>', 'the disk')
    .addHelpText('after', examples(['disk delete mail']))
    .action(
      withFrame(async (frame, name: string) => {
        await withCleave(frame, async (cleave) => {
          await cleave.disks.delete(name)
          frame.output.result({
            document: { disk: { name, deleted: true } },
            text: () => `disk ${name} is deleted`,
          })
        })
      }),
    )
}
