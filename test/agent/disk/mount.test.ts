/** Disks are mounted, found mounted, listed, and come off, on real file systems. */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
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
  t.test('ext4, xfs and btrfs are mounted side by side, one within the other, and come off', async (t) => {
    using guest = createSampleGuest()
    await using outer = await createLoopDisk('xfs')
    await using inner = await createLoopDisk('btrfs')
    await using other = await createLoopDisk('ext4')
    const place = (name: string) => join(guest.folder, name)
    // The inner one is declared first: it has to wait all the same.
    guest.declare('shop', [
      { uuid: inner.uuid, mountPoint: place('outer/in side'), fileSystem: 'btrfs' },
      { uuid: outer.uuid.toUpperCase(), mountPoint: place('outer') },
    ])
    guest.declare('mail', [
      { uuid: other.uuid, mountPoint: place('mail'), fileSystem: 'ext4', options: ['noatime'] },
    ])

    const { disks } = await guest.disks.mount(request('shop', 'mail', 'shop'))
    t.match(disks, [
      { group: 'shop', mountPoint: place('outer/in side'), device: inner.device, checkedMilliseconds: 0 },
      { group: 'shop', mountPoint: place('outer'), device: outer.device },
      { group: 'mail', mountPoint: place('mail'), device: other.device, checkedMilliseconds: 0, detail: '' },
    ])
    t.same(guest.mounted().sort(), ['mail', 'outer', 'outer/in side'])
    t.match(readFileSync('/proc/self/mountinfo', 'utf8'), new RegExp(`${guest.folder}/mail .*noatime`))
    writeFileSync(place('outer/in side/file'), 'kept')

    const again = await guest.disks.mount(request('shop', 'mail'))
    t.same(
      again.disks.map(({ milliseconds }) => milliseconds),
      [0, 0, 0],
      'what is mounted stays',
    )

    const off = await guest.disks.unmount(gone('shop', 'mail'))
    t.ok(off.disks.every(({ milliseconds, device }) => milliseconds > 0 && device !== ''))
    t.same(guest.mounted(), [])
    const nothing = await guest.disks.unmount(gone('shop', 'mail'))
    t.same(
      nothing.disks.map(({ milliseconds }) => milliseconds),
      [0, 0, 0],
      'what is not mounted is no failure',
    )

    await guest.disks.mount(request('shop'))
    t.equal(readFileSync(place('outer/in side/file'), 'utf8'), 'kept')
    await guest.disks.unmount(gone('shop'))
  })

  t.test('a place behind a link is found mounted', async (t) => {
    using guest = createSampleGuest()
    await using disk = await createLoopDisk('ext4')
    mkdirSync(join(guest.folder, 'real'))
    symlinkSync('real', join(guest.folder, 'link'))
    guest.declare('shop', [{ uuid: disk.uuid, mountPoint: join(guest.folder, 'link/data') }])
    await guest.disks.mount(request('shop'))
    t.same(guest.mounted(), ['real/data'])
    await guest.disks.mount(request('shop'))
    t.same(guest.mounted(), ['real/data'])
    await guest.disks.unmount(gone('shop'))
    t.same(guest.mounted(), [])
  })

  t.test('a group that starts gets its disks, and one that has none nothing', async (t) => {
    using guest = createSampleGuest()
    await using disk = await createLoopDisk('ext4')
    guest.declare('shop', [{ uuid: disk.uuid, mountPoint: join(guest.folder, 'data') }])
    guest.declare('plain', [])
    await guest.mountFor('plain')
    await guest.mountFor('discovered')
    t.same(guest.mounted(), [])
    await guest.mountFor('shop')
    t.same(guest.mounted(), ['data'])
    await guest.disks.unmount(gone('shop'))
  })

  t.test('disks are listed, those that are missing, too', async (t) => {
    using guest = createSampleGuest()
    await using disk = await createLoopDisk('btrfs')
    guest.declare('shop', [{ uuid: disk.uuid, mountPoint: join(guest.folder, 'data') }])
    guest.declare('lost', [{ uuid: nowhere, mountPoint: join(guest.folder, 'lost'), serial: 'lost-1' }])
    await guest.disks.mount(request('shop'))
    await execa('mount', ['--bind', join(guest.folder, 'data'), join(guest.folder, 'data')])
    using _busy = spawn('sleep', ['60'], { cwd: join(guest.folder, 'data') })
    const { disks } = await guest.disks.list()
    const find = (group: string) => disks.find((one) => one.group === group)
    t.match(find('shop'), {
      declared: { mountPoint: join(guest.folder, 'data') },
      device: disk.device,
      uuid: disk.uuid,
      fileSystem: 'btrfs',
      sizeBytes: 128 * 1024 * 1024,
      mountPoints: [join(guest.folder, 'data')],
      holders: [{ name: 'sleep', arguments: ['sleep', '60'], path: join(guest.folder, 'data') }],
    })
    t.match(find('lost'), { declared: { serial: 'lost-1' }, device: '', mountPoints: [], holders: [] })
    t.ok(
      disks.some(
        ({ group, device, holders }) => group === '' && device === '/dev/vda' && holders.length === 0,
      ),
      'disks that nobody declares are there',
    )
    await guest.disks.unmount({ ...gone('shop'), free: true })
    t.same(guest.mounted(), [])
  })
}
