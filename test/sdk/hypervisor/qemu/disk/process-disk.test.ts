import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { flattenAtRest } from '../../../../../sdk/hypervisor/qemu/disk/flatten.ts'
import { moveDiskImage, rebase } from '../../../../../sdk/hypervisor/qemu/disk/move.ts'
import {
  createDiskImage,
  createOverlay,
  deleteDiskImage,
} from '../../../../../sdk/hypervisor/qemu/disk/process-disk.ts'
import type { DiskRecord } from '../../../../../sdk/store/records.ts'

const size = 16 << 20

function diskIn(folder: string, name: string, sizeBytes = size): DiskRecord {
  return { name, sizeBytes, image: join(folder, `${name}.qcow2`), createdAt: 1 }
}

function infoOf(image: string): Record<string, unknown> {
  return JSON.parse(execFileSync('qemu-img', ['info', '--output=json', image], { encoding: 'utf8' }))
}

function write(image: string): void {
  execFileSync('qemu-io', ['-f', 'qcow2', '-c', 'write -P 7 0 64k', image])
}

function isWritten(image: string): boolean {
  const words = ['-r', '-f', 'qcow2', '-c', 'read -P 7 0 64k']
  return spawnSync('qemu-io', [...words, image]).status === 0
}

t.test('empty, an overlay, a copy', async (t) => {
  const folder = join(t.testdir(), 'disks')
  const empty = diskIn(folder, 'empty')
  await createDiskImage(empty)
  t.match(infoOf(empty.image), { 'virtual-size': size, format: 'qcow2' })
  await t.rejects(createDiskImage(empty), { name: 'RefusedError', code: 'IMAGE_EXISTS' })
  write(empty.image)

  const overlay = diskIn(folder, 'overlay', 2 * size)
  await createDiskImage(overlay, { base: empty.image })
  t.match(infoOf(overlay.image), { 'virtual-size': 2 * size, 'backing-filename': empty.image })

  const copy = diskIn(folder, 'copy', 2 * size)
  await createDiskImage(copy, { base: overlay.image, belowBase: [empty.image], copy: true })
  t.match(infoOf(copy.image), { 'virtual-size': 2 * size, 'backing-filename': undefined })
  t.ok(isWritten(copy.image))
})

t.test('what is below must be large enough, an image, and alone unless Cleave knows better', async (t) => {
  const folder = t.testdir({ 'raw.img': 'x'.repeat(10_000) })
  const base = diskIn(folder, 'base')
  await createDiskImage(base)
  const overlay = diskIn(folder, 'overlay')
  await createDiskImage(overlay, { base: base.image })
  const wish = diskIn(folder, 'wish', size / 2)
  await t.rejects(createDiskImage(wish, { base: base.image }), { code: 'DISK_TOO_SMALL' })
  const whole = diskIn(folder, 'wish')
  await t.rejects(createDiskImage(whole, { base: join(folder, 'raw.img') }), { code: 'IMAGE_NOT_QCOW2' })
  for (const copy of [true, false]) {
    await t.rejects(createDiskImage(whole, { base: overlay.image, copy }), { code: 'IMAGE_NOT_ALONE' })
  }
  t.notOk(existsSync(whole.image))
  await createDiskImage(whole, { base: overlay.image, belowBase: [base.image] })
})

t.test('an overlay for one machine, made anew when it is there', async (t) => {
  const folder = t.testdir()
  const disk = diskIn(folder, 'data')
  await createDiskImage(disk)
  const overlay = join(folder, 'child', 'data.qcow2')
  await createOverlay({ disk, overlay })
  write(overlay)
  await createOverlay({ disk, overlay })
  t.match(infoOf(overlay), { 'virtual-size': size, 'backing-filename': disk.image })
  t.notOk(isWritten(overlay))
})

t.test('a disk that is flattened needs no other image', async (t) => {
  const folder = t.testdir()
  const base = diskIn(folder, 'base')
  await createDiskImage(base)
  write(base.image)
  const disk = diskIn(folder, 'data')
  await createDiskImage(disk, { base: base.image })
  await flattenAtRest(disk)
  await flattenAtRest(disk)
  await deleteDiskImage(base)
  await deleteDiskImage(base)
  t.match(infoOf(disk.image), { 'backing-filename': undefined })
  t.ok(isWritten(disk.image))
})

t.test('an image that moves is found by those above it, also when it was broken off', async (t) => {
  const folder = t.testdir()
  const base = diskIn(folder, 'base')
  await createDiskImage(base)
  write(base.image)
  const disk = diskIn(folder, 'data')
  await createDiskImage(disk, { base: base.image })
  const elsewhere = join(folder, 'else', 'where')
  const moved = await moveDiskImage(base, elsewhere)
  t.equal(moved, join(elsewhere, 'base.qcow2'))
  t.equal(await moveDiskImage(base, elsewhere), moved)
  const missing = { name: 'UnavailableError', code: 'IMAGE_MISSING', message: /base\.qcow2 is not there/ }
  await t.rejects(moveDiskImage(base, join(folder, 'third')), missing, 'it is nowhere that is known')
  t.notOk(isWritten(disk.image))
  await rebase(disk, moved)
  await rebase(disk, moved)
  t.ok(isWritten(disk.image))
  writeFileSync(base.image, 'somebody else put this here')
  await t.rejects(moveDiskImage({ ...base, image: moved }, folder), { code: 'IMAGE_EXISTS' })
  t.ok(existsSync(moved))
})

t.test('nothing that is not named as an image of the disk is deleted', async (t) => {
  const folder = t.testdir({ precious: 'mine' })
  const disk = { ...diskIn(folder, 'data'), image: join(folder, 'precious') }
  await t.rejects(deleteDiskImage(disk), { code: 'BAD_DIRECTORY' })
  t.ok(existsSync(disk.image))
})
