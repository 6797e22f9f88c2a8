/** Which programs it takes to mount: none for most disks, and where there is no perl those of the system. */
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { createMounter } from '../../../agent/disk/mounter.ts'
import { isInNamespaces, runInNamespaces } from '../namespaces.ts'
import { createLoopDisk } from './loop-disk.ts'
import { createSampleGuest } from './sample-guest.ts'

const request = { groups: ['shop'], waitMilliseconds: 1 }
const gone = { groups: ['shop'], free: false, graceMilliseconds: 0 }

/** Until it is disposed of there are no other programs. */
async function onlyPrograms(folder: string, names: readonly string[]): Promise<Disposable> {
  const path = process.env['PATH']
  mkdirSync(folder)
  for (const name of names) symlinkSync((await execa('which', [name])).stdout, join(folder, name))
  process.env['PATH'] = folder
  return {
    [Symbol.dispose]() {
      process.env['PATH'] = path
    },
  }
}

if (!isInNamespaces()) await runInNamespaces(import.meta.filename)
else {
  t.test('disks that are clean are mounted and come off without a program of the system', async (t) => {
    using guest = createSampleGuest()
    await using first = await createLoopDisk('ext4')
    await using second = await createLoopDisk('xfs')
    const place = (name: string) => join(guest.folder, name)
    guest.declare('shop', [
      { uuid: first.uuid, mountPoint: place('new/a b'), fileSystem: 'ext4', options: ['noatime'] },
      { uuid: second.uuid, mountPoint: place('new/a b/inner') },
    ])
    using _few = await onlyPrograms(join(t.testdir({}), 'few'), ['perl', 'blkid'])
    const { disks } = await guest.disks.mount(request)
    t.match(disks, [{ checkedMilliseconds: 0 }, { checkedMilliseconds: 0 }])
    t.same(guest.mounted(), ['new/a b', 'new/a b/inner'])
    await guest.disks.unmount(gone)
    t.same(guest.mounted(), [])
  })

  t.test('only what is not there can not be opened, whatever else is wrong with it', async (t) => {
    await using disk = await createLoopDisk('ext4')
    const mounter = createMounter()
    const node = join(t.testdir({}), 'sdp')
    await execa('mknod', [node, 'b', '8', '240'])
    t.equal(await mounter.canOpen(node), false, 'a node without a device')
    t.equal(await mounter.canOpen(join(t.testdir({}), 'none')), false, 'no node')
    t.equal(await mounter.canOpen(disk.device), true)
    t.equal(await mounter.canOpen('/proc/self/mem'), true, 'what opens and can not be read')
  })

  t.test('a guest without perl does it with the programs of the system', async (t) => {
    using guest = createSampleGuest()
    await using disk = await createLoopDisk('ext4')
    guest.declare('shop', [{ uuid: disk.uuid, mountPoint: join(guest.folder, 'data') }])
    const programs = ['mount', 'umount', 'sync', 'e2fsck', 'blkid']
    using _few = await onlyPrograms(join(t.testdir({}), 'few'), programs)
    await guest.disks.mount(request)
    t.same(guest.mounted(), ['data'])
    await guest.disks.unmount(gone)
    t.same(guest.mounted(), [])
  })

  t.test('what mount(8) notes is forgotten with the mount', async (t) => {
    using guest = createSampleGuest()
    await using disk = await createLoopDisk('ext4')
    const mountPoint = join(guest.folder, 'data')
    guest.declare('shop', [{ uuid: disk.uuid, mountPoint, options: ['x-example.note=1'] }])
    const noted = () => existsSync('/run/mount/utab') && readFileSync('/run/mount/utab', 'utf8')
    await guest.disks.mount(request)
    t.match(noted(), mountPoint)
    await guest.disks.unmount(gone)
    t.notMatch(noted(), mountPoint)
  })

  t.test('one that only says of itself that it is clean is checked when it does not go on', async (t) => {
    using guest = createSampleGuest()
    await using disk = await createLoopDisk('ext4')
    const { uuid, device } = disk
    guest.declare('shop', [{ uuid, mountPoint: join(guest.folder, 'data'), fileSystem: 'ext4' }])
    // The descriptors of the groups of blocks: e2fsck finds others at the next copy.
    await execa('dd', [
      'if=/dev/urandom',
      `of=${device}`,
      'bs=1024',
      'seek=2',
      'count=1',
      'conv=notrunc,fsync',
    ])
    const outcome = await guest.disks.mount(request).catch((error) => error)
    t.match(outcome, { code: 'FILE_SYSTEM_DAMAGED', message: device })
    t.same(guest.mounted(), [])
  })
}
