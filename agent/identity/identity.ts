/** The identity of this machine. */
import { FailedError } from '../../proto/errors.ts'
import type { SurveyGuest } from '../group/control/types.ts'
import type { GuestIdentity } from './types.ts'

export interface IdentityOptions {
  /** Tells the service addresses of the groups that belong to this machine. */
  survey: SurveyGuest
  /**
   * The folder that paths such as /etc and /var/lib/cleave are below.
   *
   * @default '/'
   */
  root?: string
}

/** Reads the stored identity. */
export async function createIdentity(_options: IdentityOptions): Promise<GuestIdentity> {
  throw new FailedError({ code: 'NOT_YET', message: 'identity is being written', remedy: '' })
}
