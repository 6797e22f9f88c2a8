/** The kinds of guests: each is made of parts, which are folders in parts/. */
import { InvalidRequestError } from '../../proto/errors.ts'

export const imageKinds = {
  /** A web shop, a mail server and three workers: five groups that a split can part. */
  demo: ['console', 'shop', 'mail', 'workers'],
  /** The shop, and three witnesses that say from where they run. */
  test: ['console', 'shop', 'witness'],
  /** Witnesses of three users, beside root's. */
  tenants: ['console', 'witness', 'tenants'],
  /** Nothing but Debian, a console and the agent, to build on. */
  plain: ['console'],
} as const satisfies Record<string, readonly string[]>

/** The parts of a kind. Throws an {@link InvalidRequestError} (`IMAGE_UNKNOWN`) for one that there is not. */
export function partsOf(name: string): readonly string[] {
  if (Object.hasOwn(imageKinds, name)) return imageKinds[name as keyof typeof imageKinds]
  throw new InvalidRequestError({
    code: 'IMAGE_UNKNOWN',
    message: `there is no image ${JSON.stringify(name.slice(0, 100))}`,
    remedy: `Choose one of ${Object.keys(imageKinds).join(', ')}.`,
  })
}
