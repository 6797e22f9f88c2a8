/** The device of a declared disk, as soon as it can be used. */
import { setTimeout as delay } from 'node:timers/promises'
import { UnavailableError } from '../../proto/errors.ts'
import type { Disk } from '../../proto/generated/messages.ts'
import type { BlockDevice } from './block-device.ts'
import type { Devices } from './devices.ts'
import { logIn, logOut } from './iscsi.ts'
import { nameOf } from './match.ts'
import type { Mounter } from './mounter.ts'

export interface ObtainOptions {
  disk: Disk
  devices: Devices
  mounter: Pick<Mounter, 'canOpen'>
  /** Until it is there. */
  waitMs: number
  /** Ends the wait. */
  signal: AbortSignal
  /** Gets what takes a login back. */
  undo: (() => Promise<string[]>)[]
  /** For tests. @default 10 seconds */
  openMs?: number
}

// The kernel looks for the disks of a session when iscsiadm has ended: whoever would not wait for a disk to come waits for that.
const afterLoginMs = 5000
/** Until a device that the kernel shows can be opened: mostly milliseconds. */
const longestOpenMs = 10_000
const betweenTriesMs = 20

/**
 * The kernel shows a device a moment before it can be opened and before its partitions are known, and for a moment when it is gone: whoever is
 * quicker than the kernel meets both.
 *
 * @throws UnavailableError `DISK_NOT_THERE`
 * @throws the reason of `signal`, and what a login throws
 */
export async function obtain(options: ObtainOptions): Promise<BlockDevice> {
  const { disk, devices, mounter, signal, openMs = longestOpenMs } = options
  let device = await locate(options)
  const deadline = performance.now() + openMs
  for (;;) {
    const isOpen = await mounter.canOpen(device.path)
    const then = device
    device = await devices.waitFor(disk, { waitMs: openMs, signal })
    if (isOpen && device.number === then.number) return device
    if (performance.now() > deadline) throw notOpened(disk, device, openMs)
    await delay(betweenTriesMs)
  }
}

async function locate({ disk, devices, waitMs, signal, undo }: ObtainOptions): Promise<BlockDevice> {
  const { device } = await devices.find(disk)
  if (device !== undefined) return device
  const { iscsi } = disk
  const isNew = iscsi !== null && (await logIn(iscsi, waitMs))
  if (isNew) {
    undo.push(async () => {
      await logOut(iscsi)
      return []
    })
  }
  return await devices.waitFor(disk, { waitMs: isNew ? Math.max(waitMs, afterLoginMs) : waitMs, signal })
}

function notOpened(disk: Disk, { path }: BlockDevice, openMs: number): UnavailableError {
  return new UnavailableError({
    code: 'DISK_NOT_THERE',
    message: `the kernel shows ${nameOf(disk)} as ${path}, and did not let it be opened within ${openMs} ms`,
    remedy: 'See the kernel log of the guest (dmesg); detach the disk and attach it again.',
  })
}
