import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import t, { type Test } from 'tap'
import type { Commit } from '../../../../../sdk/hypervisor/plugging.ts'
import { attachDisk, detachDisk } from '../../../../../sdk/hypervisor/qemu/disk/attach.ts'
import { commitAtRest, commitOverlays } from '../../../../../sdk/hypervisor/qemu/disk/commit-overlay.ts'
import { flattenInUse } from '../../../../../sdk/hypervisor/qemu/disk/flatten.ts'
import { createDiskImage, createOverlay } from '../../../../../sdk/hypervisor/qemu/disk/process-disk.ts'
import type { QmpClient } from '../../../../../sdk/hypervisor/qemu/qmp/client.ts'
import type { AttachedDisk, DiskRecord } from '../../../../../sdk/store/records.ts'
import { machineRecord } from '../../../store/machine-record.ts'
import { startDisklessQemu } from '../diskless-qemu.ts'

const machine = machineRecord({ memoryMiB: 128 })

function diskIn(folder: string, name = 'data', backing?: string[]): DiskRecord {
  const image = join(folder, `${name}.qcow2`)
  return { name, sizeBytes: 16 << 20, image, ...(backing && { backing }), createdAt: 1 }
}

function attached({ name, image }: DiskRecord, unit = 3): AttachedDisk {
  return { name, image, unit }
}

function write(image: string, pattern: number): void {
  execFileSync('qemu-io', ['-f', 'qcow2', '-c', `write -P ${pattern} 0 64k`, image])
}

function holds(image: string, pattern: number): boolean {
  const words = ['-r', '-f', 'qcow2', '-c', `read -P ${pattern} 0 64k`, image]
  return !/verification failed/.test(execFileSync('qemu-io', words, { encoding: 'utf8' }))
}

function backingOf(image: string): unknown {
  const info = execFileSync('qemu-img', ['info', '-U', '--output=json', image], { encoding: 'utf8' })
  return JSON.parse(info)['backing-filename']
}

async function nodes(t: Test, monitor: Awaited<ReturnType<typeof startDisklessQemu>>['monitor']) {
  const found = await monitor.execute('query-named-block-nodes', { flat: true })
  return found.filter(({ file }) => file.startsWith(t.testdirName)).length
}

t.test('a disk comes and goes, also twice', async (t) => {
  const disk = diskIn(t.testdir())
  await createDiskImage(disk)
  const { monitor } = await startDisklessQemu(t, machine)
  await attachDisk(machine, attached(disk), monitor)
  await attachDisk(machine, attached(disk), monitor)
  const [device] = (await monitor.execute('query-block')).filter(({ qdev }) => qdev === 'disk-3')
  t.equal(device?.inserted?.file, disk.image)
  t.throws(() => write(disk.image, 1), 'nobody else may write it')
  await detachDisk(machine, attached(disk), monitor)
  await detachDisk(machine, attached(disk), monitor)
  t.equal(await nodes(t, monitor), 0)
  write(disk.image, 1)
  await attachDisk(machine, attached(disk), monitor)
})

t.test('one that another process has is refused, and nothing of it stays', async (t) => {
  const disk = diskIn(t.testdir())
  await createDiskImage(disk)
  const [first, second] = [await startDisklessQemu(t, machine), await startDisklessQemu(t, machine)]
  await attachDisk(machine, attached(disk), first.monitor)
  const refused = { name: 'UnavailableError', code: 'IMAGE_HELD', message: /data\.qcow2/ }
  await t.rejects(attachDisk(machine, attached(disk), second.monitor), refused)
  t.equal(await nodes(t, second.monitor), 0)
  await detachDisk(machine, attached(disk), first.monitor)
  await attachDisk(machine, attached(disk), second.monitor)
})

t.test('what an attempt left that ended in the middle is no hindrance', async (t) => {
  const disk = diskIn(t.testdir())
  await createDiskImage(disk)
  const { monitor } = await startDisklessQemu(t, machine)
  const file = { driver: 'file', 'node-name': 'file-3', filename: disk.image }
  await monitor.execute('blockdev-add', file)
  await attachDisk(machine, attached(disk), monitor)
  await detachDisk(machine, attached(disk), monitor)
  t.equal(await nodes(t, monitor), 0)
})

t.test('an overlay is written into the image below it, wherever that was broken off', async (t) => {
  const folder = t.testdir()
  const base = diskIn(folder, 'base')
  await createDiskImage(base)
  write(base.image, 1)
  const disk = diskIn(folder, 'data', [base.image])
  await createDiskImage(disk, { base: base.image })
  const overlay = { ...attached(disk), image: join(folder, 'overlay.qcow2') }
  await createOverlay({ disk, overlay: overlay.image })
  write(overlay.image, 2)
  const { monitor } = await startDisklessQemu(t, machine)
  await attachDisk(machine, overlay, monitor)
  const note = () => notes.push('noted')
  const notes: string[] = []
  const one = { overlay, image: disk.image }
  const commit = { machine, commits: [one], note, monitor }
  const none = { overlay, image: base.image.replace('base', 'none') }
  await t.rejects(commitOverlays({ ...commit, commits: [none] }), { code: 'IMAGE_UNREADABLE' })
  t.same(notes, [])
  // Begun by a process that saw no end of it.
  const below = (await monitor.execute('query-named-block-nodes', { flat: true })).find(
    (node) => node.drv === 'qcow2' && node.file === disk.image,
  )
  await monitor.execute('block-commit', {
    'job-id': 'commit-3',
    device: 'image-3',
    'base-node': below?.['node-name'] ?? '',
    'auto-dismiss': false,
  })
  await commitOverlays(commit)
  await commitOverlays(commit)
  t.same(notes, ['noted', 'noted'])
  t.equal(await nodes(t, monitor), 4, 'only image and what is below it are open')
  await detachDisk(machine, attached(disk), monitor)
  t.equal(await nodes(t, monitor), 0)
  t.ok(holds(disk.image, 2))
  t.ok(holds(base.image, 1), 'and no further')
  t.equal(backingOf(disk.image), base.image)
})

t.test('nothing is written from when the image is used until that is noted', async (t) => {
  const folder = t.testdir()
  const disks = ['data', 'more'].map((name) => diskIn(folder, name))
  const { monitor } = await startDisklessQemu(t, machine)
  const commits: Commit[] = []
  for (const [index, disk] of disks.entries()) {
    await createDiskImage(disk)
    const overlay = { ...attached(disk, 3 + index), image: join(folder, `${disk.name}-overlay.qcow2`) }
    await createOverlay({ disk, overlay: overlay.image })
    await attachDisk(machine, overlay, monitor)
    commits.push({ overlay, image: disk.image })
  }
  await monitor.execute('cont')
  const happened: string[] = []
  const told = new Set(['stop', 'job-complete', 'cont'])
  const watched: QmpClient = {
    ...monitor,
    execute: (command, ...words) => {
      if (told.has(command)) happened.push(command)
      return monitor.execute(command, ...words)
    },
  }
  const note = (done: readonly Commit[]) =>
    happened.push(
      ...done
        .map(({ image }) => image)
        .sort()
        .map((image) => basename(image)),
    )
  await commitOverlays({ machine, commits, note, monitor: watched })
  const order = ['stop', 'job-complete', 'job-complete', 'data.qcow2', 'more.qcow2', 'cont']
  t.same(happened, order)
  t.match(await monitor.execute('query-status'), { running: true })

  await monitor.execute('stop')
  await commitOverlays({ machine, commits: [], note: () => undefined, monitor })
  t.match(await monitor.execute('query-status'), { running: true }, 'one that was left standing goes on')
})

t.test('a machine stands still until it is noted which image it has', async (t) => {
  const folder = t.testdir()
  const disk = diskIn(folder)
  await createDiskImage(disk)
  const overlay = { ...attached(disk), image: join(folder, 'overlay.qcow2') }
  await createOverlay({ disk, overlay: overlay.image })
  const { monitor } = await startDisklessQemu(t, machine)
  await attachDisk(machine, overlay, monitor)
  await monitor.execute('cont')
  const commits = [{ overlay, image: disk.image }]
  const broken = new Error('the store is full')
  const fail = () => {
    throw broken
  }
  await t.rejects(commitOverlays({ machine, commits, note: fail, monitor }), broken)
  t.match(await monitor.execute('query-status'), { status: 'paused' })

  const noted: Commit[] = []
  await commitOverlays({ machine, commits, note: (done) => noted.push(...done), monitor })
  t.same(noted, commits)
  t.match(await monitor.execute('query-status'), { running: true })
})

t.test('an overlay that no process has is written into its image, then that is noted', async (t) => {
  const folder = t.testdir()
  const disk = diskIn(folder)
  await createDiskImage(disk)
  const overlay = { ...attached(disk), image: join(folder, 'overlay.qcow2') }
  await createOverlay({ disk, overlay: overlay.image })
  write(overlay.image, 2)
  const seen: boolean[] = []
  const commits = [{ overlay, image: disk.image }]
  await commitAtRest({ commits, note: () => seen.push(holds(disk.image, 2)) })
  rmSync(overlay.image)
  await commitAtRest({ commits, note: () => seen.push(holds(disk.image, 2)) })
  t.same(seen, [true, true])
})

t.test('a disk is flattened while a machine has it', async (t) => {
  const folder = t.testdir()
  const base = diskIn(folder, 'base')
  await createDiskImage(base)
  write(base.image, 1)
  const disk = diskIn(folder, 'data', [base.image])
  await createDiskImage(disk, { base: base.image })
  const { monitor } = await startDisklessQemu(t, machine)
  const owner = { ...machine, disks: [attached(disk)] }
  await attachDisk(owner, attached(disk), monitor)
  await flattenInUse({ disk, machine: owner, monitor })
  await flattenInUse({ disk, machine: owner, monitor })
  t.equal(backingOf(disk.image), undefined)
  await detachDisk(owner, attached(disk), monitor)
  t.ok(holds(disk.image, 1))
})
