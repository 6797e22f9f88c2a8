import type { Command } from 'commander'
import { type DiskDocument, diskDocument } from '../documents/disk.ts'
import { withFrame } from '../frame/frame.ts'
import { withCleave } from '../frame/with-cleave.ts'
import { type Column, table } from '../render/table.ts'
import { size } from '../render/units.ts'

const columns: readonly Column<DiskDocument>[] = [
  { title: 'NAME', text: ({ name }) => name },
  { title: 'SIZE', text: ({ sizeBytes }) => size(sizeBytes), align: 'right' },
  { title: 'MACHINE', text: ({ machine }) => machine ?? '' },
  { title: 'IMAGES', text: ({ depth }) => String(depth + 1), align: 'right' },
  { title: 'BASIS OF', text: ({ basisOf }) => basisOf.join(', ') },
  { title: 'IMAGE', text: ({ image }) => image, cut: true },
]

export function addDiskList(disk: Command): void {
  disk
    .command('list')
    .description('list the disks of groups, who has them, and of how many images each consists')
    .action(
      withFrame(async (frame) => {
        await withCleave(frame, async (cleave) => {
          const records = cleave.disks.list()
          const disks = records.map((record) => diskDocument(record, records))
          if (disks.length === 0) frame.output.note('no disks: make one with `cleave disk create NAME`')
          frame.output.result({
            document: { disks },
            text: (look) => (disks.length > 0 ? table(disks, columns, look) : ''),
          })
        })
      }),
    )
}
