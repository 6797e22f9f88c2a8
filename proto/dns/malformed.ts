import { InvalidRequestError } from '../errors.ts'

/** A name, record or message that breaks the rules of its form. The only error that the readers in this folder throw. */
export class MalformedError extends InvalidRequestError {
  constructor(message: string) {
    super({
      code: 'MALFORMED_DNS',
      message,
      remedy: 'Correct it; RFC 1035 says how names, records and messages look.',
    })
  }
}
