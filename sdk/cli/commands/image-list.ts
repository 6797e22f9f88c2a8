import type { Command } from 'commander'
import type { BuiltImage } from '../../../packaging/image/image.ts'
import { releases } from '../../../packaging/image/releases.ts'
import { imageDocument } from '../documents/image.ts'
import { withFrame } from '../frame/frame.ts'
import { type Column, table } from '../render/table.ts'
import { moment } from '../render/units.ts'

const columns: readonly Column<BuiltImage>[] = [
  { title: 'NAME', text: ({ name }) => name },
  { title: 'DEBIAN', text: ({ release }) => `${releases[release]} (${release})` },
  { title: 'BUILT', text: ({ createdAt }) => moment(createdAt) },
  { title: 'KERNEL', text: ({ kernelVersion }) => kernelVersion },
  { title: 'FOLDER', text: ({ directory }) => directory },
]

export function addImageList(image: Command): void {
  image
    .command('list')
    .description('list the guest images that were built here, the latest first')
    .action(
      withFrame(async ({ output }) => {
        const { builtImages } = await import('../image/built-images.ts')
        const { images, damaged } = await builtImages()
        for (const folder of damaged) output.warn(`${folder} is no image that was built here: delete it`)
        if (images.length === 0) output.note('no images: build one with `cleave image build`')
        output.result({
          document: { images: images.map(imageDocument) },
          text: (look) => (images.length > 0 ? table(images, columns, look) : ''),
        })
      }),
    )
}
