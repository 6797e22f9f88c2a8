/** Freezes and thaws sets of cgroups, verified. */
import { FailedError } from '../../../proto/errors.ts'
import type { CgroupTree } from './cgroup.ts'
import { waitUntil } from './wait.ts'

const defaultBoundMilliseconds = 5000

/**
 * Tells all to freeze, then waits until the kernel says of each that it is. Thawing again is the caller's, who knows
 * what was frozen before.
 *
 * @param boundMilliseconds how long to wait. @default 5000
 * @throws FailedError `NOT_FROZEN`
 */
export async function freezeAll(
  tree: CgroupTree,
  cgroups: readonly string[],
  boundMilliseconds = defaultBoundMilliseconds,
): Promise<void> {
  for (const path of cgroups) tree.freeze(path, true)
  let waiting = [...cgroups]
  const isDone = await waitUntil(() => {
    waiting = waiting.filter((path) => tree.events(path)?.frozen === false)
    return waiting.length === 0
  }, boundMilliseconds)
  if (isDone) return
  throw new FailedError({
    code: 'NOT_FROZEN',
    message: `${waiting.join(', ')} did not freeze within ${boundMilliseconds} ms; all was thawed again`,
    remedy: 'Look for processes in uninterruptible sleep (state D) in the guest, then try again.',
  })
}

/**
 * Tells all to thaw, then waits until the kernel says of each that it is. One whose parent was frozen by somebody else
 * stays frozen with it, and is not waited for.
 *
 * @throws FailedError `NOT_THAWED`
 */
export async function thawAll(
  tree: CgroupTree,
  cgroups: readonly string[],
  boundMilliseconds = defaultBoundMilliseconds,
): Promise<void> {
  for (const path of cgroups) tree.freeze(path, false)
  let waiting = [...cgroups]
  const isDone = await waitUntil(() => {
    waiting = waiting.filter((path) => {
      const events = tree.events(path)
      return events?.populated === true && events.frozen && !tree.isHeldFromAbove(path)
    })
    return waiting.length === 0
  }, boundMilliseconds)
  if (!isDone) throw notThawed(waiting, `within ${boundMilliseconds} ms`)
}

export function notThawed(cgroups: readonly string[], why: string): FailedError {
  return new FailedError({
    code: 'NOT_THAWED',
    message: `${cgroups.join(', ')} did not thaw ${why}`,
    remedy:
      'See which systemd unit or slice is frozen in the guest, thaw it (systemctl thaw), then try again.',
  })
}
