import { existsSync } from 'node:fs'
import { FailedError } from '../../../../proto/errors.ts'
import { allSettled } from '../../../all-settled.ts'
import type { MachineRecord } from '../../../store/records.ts'
import type { Commit } from '../../plugging.ts'
import { runProgram } from '../program.ts'
import type { QmpClient } from '../qmp/client.ts'
import { namesOf } from './attached.ts'
import { readImageHeader } from './base-image.ts'
import { type BlockJob, finishJob, isKnown, jobReady } from './block-job.ts'
import { copyBound } from './create-disk.ts'

export interface CommitOverlays {
  machine: MachineRecord
  commits: readonly Commit[]
  note(done: readonly Commit[]): void
}

/** See `DiskPlugging.commitOverlays`. */
export async function commitOverlays(options: CommitOverlays & { monitor: QmpClient }): Promise<void> {
  const { machine, commits, note, monitor } = options
  const works = await allSettled(commits.map((commit) => begin({ machine, commit, monitor })))
  await allSettled(works.map(({ job }) => jobReady(job)))
  // Once QEMU writes to the image, the overlay is old. Were both lost before that is noted, the overlay would be written
  // over what is newer: so nothing is written in between.
  if ((await monitor.execute('query-status')).running) await monitor.execute('stop')
  const done: Commit[] = []
  try {
    await allSettled(
      works.map(async (work) => {
        await finish({ machine, monitor, ...work })
        done.push(work.commit)
      }),
    )
  } finally {
    note(done)
    // Only now. When that was not noted, the machine stands still until this is repeated.
    await goOn(monitor)
  }
  for (const { overlay } of commits) await removeOverlay(monitor, overlay)
}

/** Also a machine that was stopped by a process that was lost. One whose processors never started stays as it is. */
async function goOn(monitor: QmpClient): Promise<void> {
  if ((await monitor.execute('query-status')).status === 'paused') await monitor.execute('cont')
}

/** The same for a machine that no process runs. */
export async function commitAtRest({ commits, note }: Omit<CommitOverlays, 'machine'>): Promise<void> {
  for (const { overlay, image } of commits) {
    if (!existsSync(overlay.image)) continue
    const { virtualSize } = await readImageHeader(image)
    await runProgram({
      command: 'qemu-img',
      arguments: ['commit', '-q', '-f', 'qcow2', overlay.image],
      package: 'qemu-utils',
      timeoutMs: copyBound(virtualSize),
    })
  }
  note(commits)
}

interface Work {
  commit: Commit
  job: BlockJob
}

async function begin({ machine, commit, monitor }: BeginOptions): Promise<Work> {
  const { overlay, image } = commit
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
    if (base === undefined) throw notBelow(commit)
    const words = { device: names.image, 'base-node': base, 'job-id': job.id }
    await monitor.execute('block-commit', { ...words, 'auto-dismiss': false })
  }
  return { commit, job }
}

interface BeginOptions {
  machine: MachineRecord
  commit: Commit
  monitor: QmpClient
}

async function finish({ machine, commit, monitor, job }: BeginOptions & Work): Promise<void> {
  await finishJob(job)
  const now = await imageOf(monitor, namesOf(commit.overlay).device)
  if (now !== commit.image) throw notCommitted(machine, commit, now)
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
async function removeOverlay(monitor: QmpClient, { image, unit }: Commit['overlay']): Promise<void> {
  const names = namesOf({ unit })
  const nodes = await monitor.execute('query-named-block-nodes', { flat: true })
  const left = nodes.filter(({ file }) => file === image).map((node) => node['node-name'])
  for (const name of [names.image, names.file])
    if (left.includes(name)) await monitor.execute('blockdev-del', { 'node-name': name })
}

function notBelow({ overlay, image }: Commit): FailedError {
  return new FailedError({
    code: 'BAD_CHAIN',
    message: `the image ${image} of disk ${overlay.name} is not below ${overlay.image}`,
    remedy: 'This is a defect of Cleave: please report it.',
  })
}

function notCommitted(machine: MachineRecord, { overlay }: Commit, now: string | undefined): FailedError {
  return new FailedError({
    code: 'DISK_NOT_COMMITTED',
    message: `${machine.name} has ${now ?? 'nothing'} of disk ${overlay.name} after its overlay was written into the image`,
    remedy: 'See qemu.log in the folder of the machine.',
  })
}
