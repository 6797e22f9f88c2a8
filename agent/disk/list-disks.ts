/** What disks there are. */
import type { Disk, DiskHolder, DiskState } from '../../proto/generated/messages.ts'
import type { BlockDevice } from './block-device.ts'
import type { Content } from './contents.ts'
import type { Devices } from './devices.ts'
import { findProcessHolders, mostHolders } from './holders.ts'
import { deviceHolders, fileHolders, swapHolders } from './kernel-holders.ts'
import { madeOf } from './match.ts'
import { readMounts } from './mount-namespaces.ts'
import { findTargets, type Target, targetOf } from './targets.ts'
import type { DeclaredDisk } from './types.ts'
import { planUnmount } from './unmount-plan.ts'

const nowhere: Disk = {
  serial: '',
  uuid: '',
  mountPoint: '',
  fileSystem: '',
  options: [],
  iscsi: null,
  nfs: '',
}
// Of the kernel's own making, mostly empty: they count when a group declares them.
const virtual = /^(loop|ram|zram|dm-|md|sr|fd|nbd)\d/

/** See `GuestDisks.list`. */
export async function listDisks(declared: readonly DeclaredDisk[], devices: Devices): Promise<DiskState[]> {
  const table = readMounts()
  const targets = await findTargets(declared, devices, table)
  const all = devices.list()
  const others = all
    .filter(({ name, partOf, sizeBytes }) => partOf === '' && sizeBytes > 0 && !virtual.test(name))
    .filter((device) => !targets.some(({ numbers }) => numbers.has(device.number)))
    .map((device) => targetOf({ group: '', disk: nowhere, place: '', whole: device }, all))
  const wanted = [...targets, ...others]
  const plan = planUnmount(wanted, table, all)
  const contents = await devices.contents()

  // All that runs holds what the system itself is on.
  const isSystem = (target: Target) => plan.ownOf(target).some(({ mountPoint }) => mountPoint === '/')
  const asked = wanted.map((target) => (isSystem(target) ? [] : plan.mountsOf(target)))
  const processes = await findProcessHolders(
    asked.map((mounts, index) => ({
      mounts,
      numbers: mounts.length === 0 ? [] : plan.ownOf(wanted[index] as Target).map(({ device }) => device),
      countsElsewhere: false,
    })),
  )
  return wanted.map((target, index) => {
    const { disk, group, place, device, whole } = target
    const mounts = asked[index] ?? []
    const made = whole === undefined ? [] : deviceHolders(whole, all)
    const holders: DiskHolder[] = [
      ...made,
      ...(whole === undefined ? [] : madeOf(whole, all)).flatMap(swapHolders),
      ...fileHolders(mounts, table),
      ...(processes[index] ?? []),
    ]
    return {
      declared: group === '' ? null : disk,
      group,
      serial: (whole ?? device)?.serial ?? '',
      ...describe(device ?? whole, contents.get((device ?? whole)?.path ?? '')),
      mountPoints: declaredFirst(
        place,
        plan.ownOf(target).map(({ mountPoint }) => mountPoint),
      ),
      holders: holders.slice(0, mostHolders),
    }
  })
}

function describe(device: BlockDevice | undefined, content: Content | undefined) {
  return {
    device: device?.path ?? '',
    uuid: content?.uuid ?? '',
    fileSystem: content?.type ?? '',
    sizeBytes: device?.sizeBytes ?? 0,
  }
}

function declaredFirst(place: string, mountPoints: readonly string[]): string[] {
  const others = [...new Set(mountPoints)].filter((mountPoint) => mountPoint !== place)
  return mountPoints.includes(place) ? [place, ...others] : others
}
