/** The same disks move by a merge, and by the commands that an admin would give, one after the other. */
import { setTimeout as delay } from 'node:timers/promises'
import type { AttachedDisk } from '../../sdk/store/records.ts'
import { groupsNamed, type MovingHost } from './moving-host.ts'

/** Milliseconds. */
export interface MovedDisks {
  unmount: number
  detach: number
  attach: number
  mount: number
  /** All four. */
  disks: number
  /** From the first signal to the groups until all had started again; 0 where no group is moved. */
  down: number
  total: number
}

/** Moves groups there and back, and answers the way there: what is first done is no worse then. */
export async function moveByMerge(moving: MovingHost, count: number): Promise<MovedDisks> {
  const moved = await mergeOnce(moving, count)
  await mergeOnce(moving, count)
  return moved
}

async function mergeOnce(moving: MovingHost, count: number): Promise<MovedDisks> {
  const { from, to } = moving.machines()
  const groups = groupsNamed(count)
  const operation = await to.merge({ sources: [from.name], groups, restart: true, keep: true })
  const { unmountMs, detachMs, attachMs, mountMs, downMs, totalMs } = await operation.wait()
  // There and back: the next round finds all of them in one place.
  moving.swap()
  return {
    unmount: unmountMs,
    detach: detachMs,
    attach: attachMs,
    mount: mountMs,
    disks: unmountMs + detachMs + attachMs + mountMs,
    down: downMs,
    total: totalMs,
  }
}

/** The groups are ended before, and started again afterwards; that is not counted. */
export async function moveByHand(moving: MovingHost, count: number): Promise<MovedDisks> {
  const { from, to } = moving.machines()
  const { hypervisor } = moving.host.cleave
  const groups = groupsNamed(count)
  const disks = (from.record().disks ?? []).filter(({ name }) => groups.includes(name))
  const [source, destination] = await Promise.all([moving.host.shell(from.name), moving.host.shell(to.name)])
  const place = (disk: AttachedDisk) => `/srv/${disk.name}`
  const device = (disk: AttachedDisk) => `/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_${disk.name}`
  for (const group of groups) await from.terminateGroup(group)
  await destination.run(`mkdir -p ${disks.map(place).join(' ')}`)

  const unmount = await each(disks, (disk) => source.run(`umount ${place(disk)}`))
  const detach = await each(disks, (disk) => hypervisor.detachDisk(from.record(), disk))
  const attach = await each(disks, (disk) => hypervisor.attachDisk(to.record(), disk))
  const mount = await each(disks, async (disk) => {
    while ((await destination.run(`test -e ${device(disk)}; echo $?`)) !== '0') await delay(20)
    await destination.run(`mount ${device(disk)} ${place(disk)}`)
  })

  for (const disk of disks) {
    await destination.run(`umount ${place(disk)}`)
    await hypervisor.detachDisk(to.record(), disk)
    await hypervisor.attachDisk(from.record(), disk)
  }
  for (const group of groups) await from.startGroup(group)
  const all = unmount + detach + attach + mount
  return { unmount, detach, attach, mount, disks: all, down: 0, total: all }
}

async function each(disks: readonly AttachedDisk[], work: (disk: AttachedDisk) => Promise<unknown>) {
  const begunAt = performance.now()
  for (const disk of disks) await work(disk)
  return performance.now() - begunAt
}
