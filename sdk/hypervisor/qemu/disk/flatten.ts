import type { DiskRecord, MachineRecord } from '../../../store/records.ts'
import { runProgram } from '../program.ts'
import type { QmpClient } from '../qmp/client.ts'
import { namesOf } from './attached.ts'
import { readImageHeader } from './base-image.ts'
import { type BlockJob, finishJob, isKnown } from './block-job.ts'
import { copyBound } from './create-disk.ts'

/** Copies what is below into the image of a disk that no process has open. What has no image below stays as it is. */
export async function flattenAtRest({ image }: DiskRecord): Promise<void> {
  const { virtualSize, hasBackingFile } = await readImageHeader(image)
  if (!hasBackingFile) return
  await runProgram({
    command: 'qemu-img',
    arguments: ['rebase', '-q', '-f', 'qcow2', '-b', '', image],
    package: 'qemu-utils',
    timeoutMs: copyBound(virtualSize),
  })
}

/** The same for a disk of a machine that runs. */
export async function flattenInUse(options: {
  disk: DiskRecord
  machine: MachineRecord
  monitor: QmpClient
}): Promise<void> {
  const { disk, machine, monitor } = options
  const attached = machine.disks?.find(({ name }) => name === disk.name)
  if (attached === undefined) return await flattenAtRest(disk)
  const { virtualSize, hasBackingFile } = await readImageHeader(attached.image)
  const job: BlockJob = {
    monitor,
    id: `flatten-${attached.unit}`,
    what: `copying what is below disk ${disk.name} of ${machine.name}`,
    timeoutMs: copyBound(virtualSize),
  }
  if (!(await isKnown(job))) {
    if (!hasBackingFile) return
    const device = await rootOf(monitor, namesOf(attached).device)
    await monitor.execute('block-stream', { device, 'job-id': job.id, 'auto-dismiss': false })
  }
  await finishJob(job)
}

/** The node that the machine's device writes: one of QEMU's own names when an overlay was written into it. */
async function rootOf(monitor: QmpClient, device: string): Promise<string> {
  const devices = await monitor.execute('query-block')
  return devices.find(({ qdev }) => qdev === device)?.inserted?.['node-name'] ?? device
}
