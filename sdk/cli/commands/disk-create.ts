import type { Command } from 'commander'
import type { CreateDiskOptions } from '../../disk/create.ts'
import { parseFile } from '../arguments/names.ts'
import { parseDiskSize } from '../arguments/quantity.ts'
import { diskDocument } from '../documents/disk.ts'
import { examples } from '../frame/examples.ts'
import { withFrame } from '../frame/frame.ts'
import { withCleave } from '../frame/with-cleave.ts'
import { size } from '../render/units.ts'

interface CreateOptions {
  size?: number
  from?: string
  copy?: boolean
}

export function addDiskCreate(disk: Command): void {
  disk
    .command('create')
    .description('create a disk for a group')
    .argument('<name>', '1 to 36 lower-case letters, digits and hyphens: its serial number in a guest')
    .option('--size <size>', 'such as 512M or 10G (default: that of what it is made from)', parseDiskSize)
    .option(
      '--from <disk|image>',
      'what it begins with: a disk that no machine has, or the path of a qcow2 image',
    )
    .option('--copy', 'copy that, so that the new disk stands alone; else the disk is an overlay of it')
    .addHelpText(
      'after',
      examples([
        'disk create mail --size 10G',
        'disk create mail2 --from mail --copy',
        'disk create web --from ./web.qcow2',
      ]),
    )
    .action(
      withFrame(async (frame, name: string, { size: sizeBytes, from, copy }: CreateOptions) => {
        await withCleave(frame, async (cleave) => {
          const created = await cleave.disks.create({
            name,
            ...(sizeBytes !== undefined && { sizeBytes }),
            ...(from !== undefined && { from: sourceOf(from) }),
            ...(copy && { copy }),
          })
          frame.output.result({
            document: { disk: diskDocument(created, cleave.disks.list()) },
            text: () => `disk ${name} is created, ${size(created.sizeBytes)}`,
          })
        })
      }),
    )
}

/** A name has no slash: what has one is a path. */
function sourceOf(text: string): NonNullable<CreateDiskOptions['from']> {
  return text.includes('/') ? { image: parseFile(text) } : { disk: text }
}
