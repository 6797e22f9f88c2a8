/** Builds the guest images that the tests on machines boot. */
import { buildImage } from '../image/build-image.ts'
import { pruneImages } from '../image/prune-images.ts'

const images = [
  { name: 'test', release: 'bookworm' },
  { name: 'tenants', release: 'bookworm' },
  { name: 'disks', release: 'bookworm' },
  { name: 'volumes', release: 'bookworm' },
  { name: 'demo', release: 'bookworm' },
  { name: 'plain', release: 'bookworm' },
  { name: 'test', release: 'trixie' },
  ...(process.env['CLEAVE_TEST_LONG'] === '1' ? onlyForLong() : []),
] as const

function onlyForLong() {
  return [
    { name: 'test', release: 'bullseye' },
    { name: 'cloud', release: 'bookworm' },
  ] as const
}

for (const { name, release } of images) {
  const title = `${name}-${release}`
  await buildImage({ name, release, onProgress: (doing) => process.stdout.write(`${title}: ${doing}\n`) })
}
for (const name of ['test', 'tenants', 'disks', 'volumes']) {
  await pruneImages({ name, keep: 3, youngerThan: 3_600_000 })
}
