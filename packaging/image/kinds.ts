/** The kinds of guests: each is made of parts, which are folders in parts/. */
import { InvalidRequestError } from '../../proto/errors.ts'

export interface ImageKind {
  /** In the order in which they are installed. */
  parts: readonly string[]
  /** Debian packages besides those that every guest has. @default none */
  packages?: readonly string[]
  /** A guest that its admin brings the agent into. @default false */
  withoutAgent?: boolean
}

export const imageKinds = {
  /** A web shop, a mail server and three workers: five groups that a split can part. */
  demo: { parts: ['console', 'shop', 'mail', 'workers'] },
  /** The same, with disks of their own for mail and one worker: what `npm run demo` shows. */
  showcase: { parts: ['console', 'shop', 'mail', 'workers', 'demo-disks'] },
  /** The shop, and three witnesses that say from where they run. */
  test: { parts: ['console', 'shop', 'witness'] },
  /** Witnesses of three users, beside root's. */
  tenants: { parts: ['console', 'witness', 'tenants'] },
  /** Ten groups with a disk each, of which none is there, and what it takes to reach disks over a network. */
  disks: {
    parts: ['console', 'data'],
    packages: ['xfsprogs', 'btrfs-progs', 'open-iscsi', 'sg3-utils', 'nfs-common'],
  },
  /** The same groups, with what it takes to have disks below LVM and LUKS. */
  volumes: { parts: ['console', 'data'], packages: ['lvm2', 'cryptsetup-bin'] },
  /** Nothing but Debian, a console and the agent, to build on. */
  plain: { parts: ['console'] },
  /** What clouds offer: Debian with cloud-init and a console, but no agent. */
  cloud: { parts: ['console', 'cloud', 'witness'], packages: ['cloud-init', 'curl'], withoutAgent: true },
} as const satisfies Record<string, ImageKind>

/** Throws an {@link InvalidRequestError} (`IMAGE_UNKNOWN`) for a kind that there is not. */
export function kindOf(name: string): ImageKind {
  if (Object.hasOwn(imageKinds, name)) return imageKinds[name as keyof typeof imageKinds]
  throw new InvalidRequestError({
    code: 'IMAGE_UNKNOWN',
    message: `there is no image ${JSON.stringify(name.slice(0, 100))}`,
    remedy: `Choose one of ${Object.keys(imageKinds).join(', ')}.`,
  })
}
