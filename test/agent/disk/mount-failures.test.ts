import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { isInNamespaces, runInNamespaces } from '../namespaces.ts'
import { createLoopDisk } from './loop-disk.ts'
import { createSampleGuest } from './sample-guest.ts'

const request = (...groups: string[]) => ({ groups, waitMilliseconds: 1 })
const gone = (...groups: string[]) => ({ groups, free: false, graceMilliseconds: 0 })
const nowhere = '00000000-0000-4000-8000-000000000000'

if (!isInNamespaces()) await runInNamespaces(import.meta.filename)
else {
  t.test('a file system that lost power is mended, one that is damaged is not mounted', async (t) => {
    using guest = createSampleGuest()
    await using disk = await createLoopDisk('ext4')
    guest.declare('shop', [{ uuid: disk.uuid, mountPoint: join(guest.folder, 'data'), fileSystem: 'ext4' }])
    await guest.disks.mount(request('shop'))
    writeFileSync(join(guest.folder, 'data/file'), 'kept')
    await execa('sync', ['--file-system', join(guest.folder, 'data')])
    const file = join(guest.folder, 'image')
    copyFileSync(disk.file, file)
    await guest.disks.unmount(gone('shop'))
    await disk[Symbol.asyncDispose]()

    {
      await using crashed = await createLoopDisk('ext4', { file })
      const { disks } = await guest.disks.mount(request('shop'))
      t.ok((disks[0]?.checkedMilliseconds ?? 0) > 0, 'it was checked')
      t.equal(disks[0]?.device, crashed.device)
      t.equal(readFileSync(join(guest.folder, 'data/file'), 'utf8'), 'kept')
      await guest.disks.unmount(gone('shop'))
    }
    // Root's folder is lost, which is nothing to mend without a question.
    await execa('debugfs', ['-w', '-R', 'clri <2>', file])
    await execa('debugfs', ['-w', '-R', 'set_super_value state 2', file])
    await using damaged = await createLoopDisk('ext4', { file })
    await t.rejects(guest.disks.mount(request('shop')), {
      code: 'FILE_SYSTEM_DAMAGED',
      message: `the file system on ${damaged.device} is damaged`,
    })
    t.same(guest.mounted(), [])
  })

  t.test('damage of xfs is told', async (t) => {
    using guest = createSampleGuest()
    await using disk = await createLoopDisk('xfs')
    guest.declare('shop', [{ uuid: disk.uuid, mountPoint: join(guest.folder, 'data'), fileSystem: 'xfs' }])
    await execa('xfs_db', [
      '-x',
      '-c',
      'sb 0',
      '-c',
      'write -d icount 77777',
      '-c',
      'write -d ifree 1',
      disk.device,
    ])
    await execa('xfs_db', ['-x', '-c', 'agi 0', '-c', 'write -d magicnum 0', disk.device])
    await t.rejects(guest.disks.mount(request('shop')), { code: 'FILE_SYSTEM_DAMAGED', remedy: /xfs_repair/ })
  })

  t.test('when one fails, those that were mounted come off, and what was there stays', async (t) => {
    using guest = createSampleGuest()
    await using disk = await createLoopDisk('ext4')
    await using stays = await createLoopDisk('ext4')
    guest.declare('stays', [{ uuid: stays.uuid, mountPoint: join(guest.folder, 'stays') }])
    guest.declare('shop', [{ uuid: disk.uuid, mountPoint: join(guest.folder, 'data') }])
    guest.declare('lost', [{ uuid: nowhere, mountPoint: join(guest.folder, 'lost') }])
    await guest.disks.mount(request('stays'))
    await t.rejects(guest.disks.mount({ groups: ['stays', 'shop', 'lost'], waitMilliseconds: 500 }), {
      code: 'DISK_NOT_THERE',
      message: new RegExp(`file system ${nowhere} did not come within 500 ms`),
    })
    t.same(guest.mounted(), ['stays'])

    guest.declare('wrong', [
      { uuid: disk.uuid, mountPoint: join(guest.folder, 'wrong'), options: ['nonsense=1'] },
    ])
    guest.declare('shop', [])
    await t.rejects(guest.disks.mount(request('wrong')), { code: 'MOUNT_FAILED', message: /wrong/ })
    guest.declare('wrong', [
      { uuid: disk.uuid, mountPoint: join(guest.folder, 'wrong'), fileSystem: 'strange' },
    ])
    await t.rejects(guest.disks.mount(request('wrong')), { code: 'NO_FILE_SYSTEM', message: /strange/ })
    await guest.disks.unmount(gone('stays'))
  })

  t.test('a place that is taken, foreign groups and unknown ones are refused', async (t) => {
    using guest = createSampleGuest()
    await using disk = await createLoopDisk('ext4')
    const data = join(guest.folder, 'data')
    guest.declare('shop', [{ uuid: disk.uuid, mountPoint: data }])
    mkdirSync(data)
    await execa('mount', ['-t', 'tmpfs', 'theirs', data])
    await t.rejects(guest.disks.mount(request('shop')), {
      code: 'MOUNT_POINT_IN_USE',
      message: `file system ${disk.uuid} of group shop can't be mounted at ${data}: theirs is mounted there`,
    })
    await guest.disks.unmount(gone('shop'))
    t.same(guest.mounted(), ['data'], 'what is not the disk stays')
    await execa('umount', [data])

    await guest.disks.mount(request('shop'))
    guest.foreign.add('shop')
    await t.rejects(guest.disks.mount(request('shop')), { code: 'FOREIGN_GROUP' })
    await guest.disks.unmount(gone('shop'))
    t.same(guest.mounted(), [], 'a foreign disk comes off')
    t.ok(existsSync(data))

    await t.rejects(guest.disks.mount(request('nobody')), { code: 'GROUP_NOT_FOUND' })
    await t.rejects(guest.disks.unmount(gone('../x')), { code: 'BAD_NAME' })
    await t.rejects(guest.disks.mount({ groups: [], waitMilliseconds: 1e9 }), { code: 'BAD_WAIT' })
  })

  t.test('a target that nobody serves is told', async (t) => {
    using guest = createSampleGuest()
    const iscsi = { portal: '127.0.0.1:9', name: 'iqn.2026-01.org.example:data' }
    guest.declare('shop', [{ iscsi, mountPoint: join(guest.folder, 'data') }])
    await t.rejects(guest.disks.mount(request('shop')), {
      code: 'SAN_UNREACHABLE',
      message: 'nobody answers at 127.0.0.1:9, where iqn.2026-01.org.example:data should be',
    })
    await guest.disks.unmount(gone('shop'))
  })
}
