import type { BuiltImage } from '../../../packaging/image/image.ts'
import { imageFromRoot } from '../../../packaging/image/needs-root.ts'
import type { Check } from './check.ts'

/** @param mayBuild whether this process is root. Pure. */
export function judgeImages(
  images: readonly Pick<BuiltImage, 'name' | 'release'>[],
  mayBuild: boolean,
): Check {
  const names = [...new Set(images.map(({ name, release }) => `${name}-${release}`))]
  if (names.length > 0)
    return { name: 'image', state: 'ok', detail: `built: ${names.join(', ')}`, remedy: '' }
  return {
    name: 'image',
    state: 'warning',
    detail: 'no guest image was built',
    remedy: mayBuild ? 'Build one with `cleave image build`, or bring your own.' : imageFromRoot,
  }
}
