import type { Command } from 'commander'
import { diskDocument } from '../documents/disk.ts'
import { examples } from '../frame/examples.ts'
import { withFrame } from '../frame/frame.ts'
import { withCleave } from '../frame/with-cleave.ts'

export function addDiskFlatten(disk: Command): void {
  disk
    .command('flatten')
    .description('copy what is in images below a disk into its own, also while a machine runs on it')
    .argument('<name>', 'the disk')
    .addHelpText('after', examples(['disk flatten mail']))
    .action(
      withFrame(async (frame, name: string) => {
        await withCleave(frame, async (cleave) => {
          const flat = await cleave.disks.flatten(name)
          frame.output.result({
            document: { disk: diskDocument(flat, cleave.disks.list()) },
            text: () => `disk ${name} stands alone`,
          })
        })
      }),
    )
}
