/**
 * What a host and the adopter in a child say to each other on its port: one line each, words parted by tabs. It is no
 * gRPC because clients wait for it: a child wakes with nothing translated or cached, and each line of code counts. Pure.
 */

/** What a `failed` is about when the guest is not as its plan has it: another look at it may help. */
export const guestItem = 'guest'

/** The adopter's port in a guest. */
export const adopterPortName = 'org.cleave.adopter'

/** Neither side takes a longer line. */
export const longestLine = 4096

export interface AdoptOrder {
  operation: string
  /** Which of the children that were got ready this copy is. */
  child: string
  /** A secret of this machine alone, 32 to 64 bytes. */
  entropy: Uint8Array
  /** The host's clock, microseconds since 1970. */
  wallClockMicroseconds: number
}

export type AdopterAnswer =
  | { kind: 'frozen' }
  | { kind: 'adopted' }
  | { kind: 'resumed' }
  /** What it stopped at: after a freeze all run on, after another order the groups are frozen as they were. */
  | { kind: 'failed'; item: string; reason: string }

export function adoptLine({ operation, child, entropy, wallClockMicroseconds }: AdoptOrder): string {
  const secret = Buffer.from(entropy).toString('hex')
  return `${['adopt', operation, child, secret, String(wallClockMicroseconds)].join('\t')}\n`
}

export const freezeLine = 'freeze\n'
export const resumeLine = 'resume\n'

/** @returns undefined for what no adopter says */
export function parseAnswer(line: string): AdopterAnswer | undefined {
  const [kind, item = '', reason = ''] = line.split('\t')
  if (kind === 'frozen' || kind === 'adopted' || kind === 'resumed') return { kind }
  return kind === 'failed' ? { kind, item, reason } : undefined
}
