import { UnavailableError } from '../../proto/errors.ts'

/** How somebody else than root gets an image. */
export const imageFromRoot =
  'Let root build one where you can read it: sudo env CLEAVE_CACHE=/var/cache/cleave cleave image build. ' +
  'It prints a folder: cleave vm create NAME --image FOLDER'

/** @throws UnavailableError (`NEEDS_ROOT`) for everybody but root */
export function checkRights(): void {
  if (process.getuid?.() === 0) return
  throw new UnavailableError({
    code: 'NEEDS_ROOT',
    message: 'only root can make the root file system of a guest',
    remedy: imageFromRoot,
  })
}
