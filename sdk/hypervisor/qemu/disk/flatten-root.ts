/** Takes the disks of former machines out from below the disk of one that goes on. */
import type { MachineRecord } from '../../../store/records.ts'
import { runProgram } from '../program.ts'
import type { QmpClient } from '../qmp/client.ts'
import { readImageHeader } from './base-image.ts'
import { type BlockJob, finishJob, isKnown } from './block-job.ts'
import { copyBound } from './create-disk.ts'

export interface RootToFlatten {
  machine: MachineRecord
  /** What stays below: the image that everything began with. Undefined when nothing does. */
  base: string | undefined
}

/** Of a machine that no process runs. */
export async function flattenRootAtRest({ machine, base }: RootToFlatten): Promise<void> {
  const { virtualSize, hasBackingFile } = await readImageHeader(machine.disk)
  if (!hasBackingFile) return
  const below = base === undefined ? ['-b', ''] : ['-F', 'qcow2', '-b', base]
  await runProgram({
    command: 'qemu-img',
    arguments: ['rebase', '-q', '-f', 'qcow2', ...below, machine.disk],
    package: 'qemu-utils',
    timeoutMs: copyBound(virtualSize),
  })
}

/** While it runs. */
export async function flattenRootInUse({
  machine,
  base,
  monitor,
}: RootToFlatten & { monitor: QmpClient }): Promise<void> {
  const { virtualSize, hasBackingFile } = await readImageHeader(machine.disk)
  const job: BlockJob = {
    monitor,
    id: 'flatten-root',
    what: `copying what is below the disk of ${machine.name}`,
    timeoutMs: copyBound(virtualSize),
  }
  if (!(await isKnown(job))) {
    // Nothing was left below by a call that came no further.
    if (!hasBackingFile) return
    const below = base === undefined ? {} : { base }
    const words = { device: 'root', ...below, 'job-id': job.id } as const
    await monitor.execute('block-stream', { ...words, 'auto-dismiss': false })
  }
  await finishJob(job)
}
