/** Logs out of iSCSI targets that nothing is used of any more. */
import { existsSync, readdirSync } from 'node:fs'
import type { IscsiTarget } from '../../proto/generated/messages.ts'
import { type BlockDevice, readBlockDevices } from './block-device.ts'
import { logOut } from './iscsi.ts'
import { isSwapSpace } from './kernel-holders.ts'
import { isOfTarget, madeOf } from './match.ts'
import { readMounts } from './mount-namespaces.ts'
import type { Mount } from './mount-table.ts'
import { looksOf, numberOf } from './targets.ts'

const sessions = '/sys/class/iscsi_session'

/** @throws FailedError `SAN_NOT_LEFT` */
export async function leaveTargets(targets: readonly IscsiTarget[]): Promise<void> {
  if (!existsSync(sessions) || readdirSync(sessions).length === 0) return
  const devices = readBlockDevices()
  const unused = targets.filter((target) => !isUsed(target, devices, readMounts()))
  const byName = new Map(unused.map((target) => [`${target.name} ${target.portal}`, target]))
  await Promise.all([...byName.values()].map(logOut))
}

/** True while any disk of it is in use. */
function isUsed(target: IscsiTarget, devices: readonly BlockDevice[], table: readonly Mount[]): boolean {
  return devices
    .filter(({ iscsi }) => iscsi !== undefined && isOfTarget(iscsi, target))
    .some((device) => isInUse(device, devices, table))
}

/** True while a disk, or what is made of it, is mounted, is swap space, or has something made of it. */
export function isInUse(
  disk: BlockDevice,
  devices: readonly BlockDevice[],
  table: readonly Mount[],
): boolean {
  const looks = looksOf(devices)
  const mounted = new Set(table.map((mount) => numberOf(mount, looks)))
  return madeOf(disk, devices).some(
    (device) => mounted.has(device.number) || device.holders.length > 0 || isSwapSpace(device),
  )
}
