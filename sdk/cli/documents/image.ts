/** A built guest image in JSON. Pure. */
import type { BuiltImage } from '../../../packaging/image/image.ts'

export function imageDocument(image: BuiltImage) {
  return {
    name: image.name,
    release: image.release,
    hash: image.hash,
    folder: image.directory,
    kernelVersion: image.kernelVersion,
    packages: image.packages,
    createdAt: new Date(image.createdAt).toISOString(),
  }
}
