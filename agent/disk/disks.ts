/** The disks of groups: the calls of the service Disks. */
import { longestGraceMs } from '../../proto/deadlines.ts'
import { InvalidRequestError } from '../../proto/errors.ts'
import type { DeclarationReader } from '../group/declaration/read.ts'
import { createTurns } from '../turns.ts'
import { createClaims } from './claims.ts'
import { checkOwn, disksOf } from './declared.ts'
import { createDevices } from './devices.ts'
import { createDiskKeys } from './disk-keys.ts'
import type { ListProcesses } from './eviction.ts'
import { listDisks } from './list-disks.ts'
import { mountDisks } from './mount-disks.ts'
import { createMounter } from './mounter.ts'
import { findNetworkStorage } from './network-storage.ts'
import type { GuestDisks } from './types.ts'
import { unmountDisks } from './unmount-disks.ts'

export interface GuestDisksOptions {
  /** Tells what admins declare. */
  declarations: DeclarationReader
  /** The names of the groups that belong to other machines since a split. */
  foreign: () => ReadonlySet<string>
  listProcesses: ListProcesses
  /** The folder that /etc and /var/lib/cleave are below. @default '/' */
  root?: string
}

const defaultWaitMs = 10_000
/** That anybody may ask for. */
export const longestWaitMs = 120_000
const defaultGraceMs = 10_000

export function createGuestDisks(options: GuestDisksOptions): GuestDisks {
  const { declarations, foreign, listProcesses, root = '/' } = options
  const inTurn = createTurns()
  const devices = createDevices()
  const claims = createClaims({ keys: createDiskKeys(root) })
  const mounter = createMounter()
  const read = () => declarations.read().declarations
  return {
    async list() {
      const declared = read().flatMap(({ name, disks }) => disks.map((disk) => ({ group: name, disk })))
      return { disks: await listDisks(declared, devices) }
    },
    networkStorage: () => findNetworkStorage(),
    mount: ({ groups, waitMilliseconds }) =>
      inTurn(async () => {
        checkMilliseconds('wait', waitMilliseconds, longestWaitMs)
        const declared = disksOf(groups, read())
        checkOwn(groups, foreign())
        const waitMs = waitMilliseconds || defaultWaitMs
        return { disks: await mountDisks({ declared, devices, claims, mounter, waitMs }) }
      }),
    unmount: ({ groups, free, discard = false, graceMilliseconds }, { yields = false } = {}) =>
      inTurn(async () => {
        checkMilliseconds('grace', graceMilliseconds, longestGraceMs)
        const declared = disksOf(groups, read())
        const graceMs = graceMilliseconds || defaultGraceMs
        const others = foreign()
        const isOwn = (group: string) => yields || !others.has(group)
        return {
          disks: await unmountDisks({
            declared,
            devices,
            claims,
            mounter,
            isOwn,
            free,
            discard,
            graceMs,
            listProcesses,
          }),
        }
      }),
  }
}

function checkMilliseconds(what: string, milliseconds: number, most: number): void {
  if (milliseconds <= most) return
  throw new InvalidRequestError({
    code: what === 'wait' ? 'BAD_WAIT' : 'BAD_GRACE',
    message: `a ${what} of ${milliseconds} ms is longer than ${most} ms`,
    remedy: `Give at most ${most} ms.`,
  })
}
