/** Builds the guest images that the tests on machines boot. */
import { buildImage } from '../image/build-image.ts'
import { pruneImages } from '../image/prune-images.ts'

for (const name of ['test', 'tenants', 'demo']) {
  await buildImage({ name, onProgress: (doing) => process.stdout.write(`${name}: ${doing}\n`) })
}
for (const name of ['test', 'tenants']) {
  await pruneImages({ name, keep: 3, youngerThan: 3_600_000 })
}
