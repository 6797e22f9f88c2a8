/** On which images children that boot are based. Pure. */
import { InvalidRequestError } from '../../proto/errors.ts'
import type { Way } from './way.ts'

/**
 * @param children their names
 * @param childrenPerImage undefined for all on the parent's disk
 * @returns for each child the one that keeps the copy of the parent's disk that it is based on; undefined for the disk itself
 * @throws InvalidRequestError `BAD_IMAGE_COUNT`
 */
export function spreadOverImages(
  children: readonly string[],
  { way, childrenPerImage }: { way: Way; childrenPerImage: number | undefined },
): (string | undefined)[] {
  if (childrenPerImage === undefined) return children.map(() => undefined)
  check(way, childrenPerImage)
  return children.map((_, index) => {
    const first = index - (index % childrenPerImage)
    return first === 0 ? undefined : children[first]
  })
}

function check(way: Way, childrenPerImage: number): void {
  if (way === 'delta' && Number.isInteger(childrenPerImage) && childrenPerImage >= 1) return
  throw new InvalidRequestError({
    code: 'BAD_IMAGE_COUNT',
    message:
      way === 'delta'
        ? `${childrenPerImage} children for each image make no sense`
        : `children of a split by ${way} share no images that could be copied`,
    remedy: 'Give 1 or more, for a split by delta.',
  })
}
