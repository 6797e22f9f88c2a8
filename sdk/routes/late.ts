import { RefusedError } from '../../proto/errors.ts'

/** @param publisher that has a higher number already */
export function late(publisher: string, route: string): RefusedError {
  return new RefusedError({
    code: 'CHANGE_LATE',
    message: `${publisher} was told of a later change of ${route}`,
    remedy: 'See who changes it: cleave routes. To have it as this host says: cleave routes push',
  })
}
