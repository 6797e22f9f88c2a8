import { longestGraceMs } from '../../proto/deadlines.ts'
import type { DisksHandlers } from '../../proto/generated/messages.ts'
import { longestWaitMs } from '../disk/disks.ts'
import type { GuestDisks } from '../disk/types.ts'
import type { Unary } from './unary.ts'

export function disksService(unary: Unary, disks: GuestDisks): DisksHandlers {
  return {
    ListDisks: unary('listDisks', () => disks.list()),
    MountDisks: unary(
      'mountDisks',
      (request) => disks.mount(request),
      ({ waitMilliseconds }) => Math.min(waitMilliseconds, longestWaitMs),
    ),
    UnmountDisks: unary(
      'unmountDisks',
      (request) => disks.unmount(request),
      ({ graceMilliseconds }) => Math.min(graceMilliseconds, longestGraceMs),
    ),
  }
}
