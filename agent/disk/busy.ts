/** Why a disk can't be unmounted. Pure. */
import { type CleaveError, FailedError, RefusedError } from '../../proto/errors.ts'
import type { DiskHolder } from '../../proto/generated/messages.ts'
import { printable } from '../group/coupling/printable.ts'
import { nameOf } from './match.ts'
import type { Target } from './targets.ts'

const mostNamed = 5

/**
 * @param options.hasChanged whether others were unmounted before
 * @param options.isFreed whether it was tried to end the holders
 */
export function busy(options: {
  held: readonly { target: Target; holders: readonly DiskHolder[] }[]
  hasChanged: boolean
  isFreed: boolean
}): CleaveError {
  const { held, hasChanged, isFreed } = options
  const sentences = held.map(({ target, holders }) => {
    const { group, disk, place } = target
    return `${nameOf(disk)} of group ${group} at ${place} is in use: ${describeHolders(holders)}`
  })
  const details = {
    code: 'DISK_BUSY',
    message: [...sentences, hasChanged ? 'other mounts were taken off' : 'nothing was changed'].join('; '),
    remedy: isFreed
      ? 'End what holds it, and what starts that again, in the guest; then repeat the call.'
      : 'End what holds it in the guest, or ask for the call with free, which ends processes.',
  }
  return hasChanged ? new FailedError(details) : new RefusedError(details)
}

/** For people. */
export function describeHolders(holders: readonly DiskHolder[]): string {
  if (holders.length === 0) return 'nobody is seen who holds it'
  const named = holders.slice(0, mostNamed).map(({ id, name, arguments: words, path }) => {
    const command = printable(words.join(' ') || name)
    const who = id === null ? printable(name) : `${command} (pid ${id.pid})`
    return `${who} has ${printable(path)}`
  })
  const more = holders.length - named.length
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join(', ')
}
