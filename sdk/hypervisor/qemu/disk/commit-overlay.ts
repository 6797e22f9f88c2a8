import { FailedError } from '../../../../proto/errors.ts'
import type { AttachedDisk, MachineRecord } from '../../../store/records.ts'
import type { QmpClient } from '../qmp/client.ts'
import { namesOf } from './attached.ts'
import { readImageHeader } from './base-image.ts'
import { type BlockJob, finishJob, isKnown } from './block-job.ts'
import { copyBound } from './create-disk.ts'

/** See `DiskPlugging.commitOverlay`. */
export async function commitOverlay(options: {
  machine: MachineRecord
  overlay: AttachedDisk
  image: string
  monitor: QmpClient
}): Promise<void> {
  const { machine, overlay, image, monitor } = options
  const names = namesOf(overlay)
  const { virtualSize } = await readImageHeader(image)
  const job: BlockJob = {
    monitor,
    id: `commit-${overlay.unit}`,
    what: `writing what ${machine.name} has of disk ${overlay.name} into its image`,
    timeoutMs: copyBound(virtualSize),
  }
  if (!(await isKnown(job)) && (await imageOf(monitor, names.device)) === overlay.image) {
    const base = await nodeOf(monitor, image)
    if (base === undefined) throw notBelow(overlay, image)
    const commit = { device: names.image, 'base-node': base, 'job-id': job.id }
    await monitor.execute('block-commit', { ...commit, 'auto-dismiss': false })
  }
  await finishJob(job)
  const now = await imageOf(monitor, names.device)
  if (now !== image) throw notCommitted(machine, overlay, now)
  await removeOverlay(monitor, overlay)
}

/** The file that the machine has of a disk. */
async function imageOf(monitor: QmpClient, device: string): Promise<string | undefined> {
  const devices = await monitor.execute('query-block')
  return devices.find(({ qdev }) => qdev === device)?.inserted?.file
}

async function nodeOf(monitor: QmpClient, file: string): Promise<string | undefined> {
  const nodes = await monitor.execute('query-named-block-nodes', { flat: true })
  return nodes.find((node) => node.drv === 'qcow2' && node.file === file)?.['node-name']
}

/** The overlay has nothing above it any more. Its image is the machine's, by a name that QEMU made up. */
async function removeOverlay(monitor: QmpClient, { image, unit }: AttachedDisk): Promise<void> {
  const names = namesOf({ unit })
  const nodes = await monitor.execute('query-named-block-nodes', { flat: true })
  const left = nodes.filter(({ file }) => file === image).map((node) => node['node-name'])
  for (const name of [names.image, names.file])
    if (left.includes(name)) await monitor.execute('blockdev-del', { 'node-name': name })
}

function notBelow({ name, image: overlay }: AttachedDisk, image: string): FailedError {
  return new FailedError({
    code: 'BAD_CHAIN',
    message: `the image ${image} of disk ${name} is not below ${overlay}`,
    remedy: 'This is a defect of Cleave: please report it.',
  })
}

function notCommitted(machine: MachineRecord, { name }: AttachedDisk, now: string | undefined): FailedError {
  return new FailedError({
    code: 'DISK_NOT_COMMITTED',
    message: `${machine.name} has ${now ?? 'nothing'} of disk ${name} after its overlay was written into the image`,
    remedy: 'See qemu.log in the folder of the machine.',
  })
}
