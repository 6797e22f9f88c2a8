import type { Command } from 'commander'
import { parseFolder } from '../arguments/names.ts'
import { diskDocument } from '../documents/disk.ts'
import { examples } from '../frame/examples.ts'
import { withFrame } from '../frame/frame.ts'
import { withCleave } from '../frame/with-cleave.ts'

export function addDiskMove(disk: Command): void {
  disk
    .command('move')
    .description('move the image of a disk into another folder, while no machine runs on it')
    .argument('<name>', 'the disk')
    .argument('<folder>', 'where to; made when it is missing')
    .addHelpText('after', examples(['disk move mail /srv/disks']))
    .action(
      withFrame(async (frame, name: string, folder: string) => {
        const destination = parseFolder(folder)
        await withCleave(frame, async (cleave) => {
          const moved = await cleave.disks.move(name, destination)
          frame.output.result({
            document: { disk: diskDocument(moved, cleave.disks.list()) },
            text: () => `the image of disk ${name} is ${moved.image}`,
          })
        })
      }),
    )
}
