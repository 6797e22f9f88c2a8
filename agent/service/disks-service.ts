import type { DisksHandlers } from '../../proto/generated/messages.ts'
import type { GuestDisks } from '../disk/types.ts'
import type { Unary } from './unary.ts'

export function disksService(unary: Unary, disks: GuestDisks): DisksHandlers {
  return {
    ListDisks: unary('listDisks', () => disks.list()),
    MountDisks: unary(
      'mountDisks',
      (request) => disks.mount(request),
      ({ waitMilliseconds }) => waitMilliseconds,
    ),
    UnmountDisks: unary(
      'unmountDisks',
      (request) => disks.unmount(request),
      ({ graceMilliseconds }) => graceMilliseconds,
    ),
  }
}
