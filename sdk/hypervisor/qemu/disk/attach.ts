/** Disks of groups that come to a machine that runs, and leave it. */
import { setTimeout as delay } from 'node:timers/promises'
import { CleaveError, UnansweredError, UnavailableError } from '../../../../proto/errors.ts'
import type { AttachedDisk, MachineRecord } from '../../../store/records.ts'
import type { QmpClient } from '../qmp/client.ts'
import { diskDevice, imageNodes, namesOf } from './attached.ts'

/** The disk leaves QEMU's bus at once; what the guest had under way on it ends first. */
const releaseMs = 10_000
const askAgainMs = 500
const lookMs = 10

/** See `DiskPlugging.attachDisk`. */
export async function attachDisk(
  machine: MachineRecord,
  disk: AttachedDisk,
  monitor: QmpClient,
): Promise<void> {
  const names = namesOf(disk)
  if (await isPlugged(monitor, names.device)) return
  await using undo = new AsyncDisposableStack()
  // What an attempt that ended in the middle has left.
  await removeNodes(monitor, disk)
  undo.defer(() => removeNodes(monitor, disk))
  try {
    for (const node of imageNodes(disk)) await monitor.execute('blockdev-add', node)
    await monitor.execute('device_add', diskDevice(disk))
  } catch (error) {
    throw isLocked(error) ? imageHeld(machine, disk, error) : error
  }
  undo.move()
}

/** See `DiskPlugging.detachDisk`. */
export async function detachDisk(
  machine: MachineRecord,
  disk: AttachedDisk,
  monitor: QmpClient,
): Promise<void> {
  const { device } = namesOf(disk)
  const deadline = performance.now() + releaseMs
  while (await isPlugged(monitor, device)) {
    if (performance.now() > deadline) throw notReleased(machine, disk)
    await ask(monitor, device)
  }
  // QEMU has a disk a moment longer than its bus.
  for (;;) {
    try {
      return await removeNodes(monitor, disk)
    } catch (error) {
      if (performance.now() > deadline) throw notReleased(machine, disk, error)
    }
    await delay(lookMs)
  }
}

async function isPlugged(monitor: QmpClient, device: string): Promise<boolean> {
  const devices = await monitor.execute('qom-list', { path: '/machine/peripheral' })
  return devices.some(({ name }) => name === device)
}

async function ask(monitor: QmpClient, id: string): Promise<void> {
  const matches = (data: Record<string, unknown>) => data['device'] === id
  try {
    await monitor.execute('device_del', { id })
    await monitor.waitForEvent('DEVICE_DELETED', { timeoutMs: askAgainMs, matches })
  } catch (error) {
    // Asked already, or gone already: whoever asks looks again.
    const isKnown = error instanceof CleaveError && expected.has(error.code)
    if (!isKnown) throw error
    await delay(lookMs)
  }
}

const expected = new Set(['QMP_TIMEOUT', 'QMP_GENERICERROR', 'QMP_DEVICENOTFOUND'])

/** Without effect on those that are not there. */
async function removeNodes(monitor: QmpClient, disk: AttachedDisk): Promise<void> {
  const { image, file } = namesOf(disk)
  const nodes = await monitor.execute('query-named-block-nodes', { flat: true })
  const present = new Set(nodes.map((node) => node['node-name']))
  for (const name of [image, file]) {
    if (present.has(name)) await monitor.execute('blockdev-del', { 'node-name': name })
  }
}

/** QEMU has no error class for it: `Failed to get "write" lock`. */
function isLocked(error: unknown): boolean {
  return error instanceof CleaveError && /Failed to get .{1,30} lock/.test(error.message)
}

function imageHeld({ name }: MachineRecord, disk: AttachedDisk, cause: unknown): UnavailableError {
  return new UnavailableError({
    code: 'IMAGE_HELD',
    message: `the image ${disk.image} of disk ${disk.name} can't go to ${name}: another process has it open`,
    remedy: 'Find out who has: fuser -v on the image. A disk has one writer at a time.',
    cause,
  })
}

function notReleased({ name }: MachineRecord, disk: AttachedDisk, cause?: unknown): UnansweredError {
  return new UnansweredError({
    code: 'DISK_NOT_RELEASED',
    message: `${name} did not let go of disk ${disk.name} within ${releaseMs} ms`,
    remedy: 'Its guest may be in the middle of a request that hangs: try again, or stop the machine.',
    cause,
  })
}
