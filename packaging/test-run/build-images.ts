/** Builds the guest images that the tests on machines boot. */
import { buildImage } from '../image/build-image.ts'

for (const name of ['test', 'demo']) {
  await buildImage({ name, onProgress: (doing) => process.stdout.write(`${name}: ${doing}\n`) })
}
