/** Disks come off with all that is on them, and whoever holds them is named, and ended when asked for. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { isInNamespaces, runInNamespaces } from '../namespaces.ts'
import { createLoopDisk, type FileSystem } from './loop-disk.ts'
import { createSampleGuest } from './sample-guest.ts'

const take = (group: string, more: { free?: boolean; graceMilliseconds?: number } = {}) => ({
  groups: [group],
  free: false,
  graceMilliseconds: 0,
  ...more,
})

async function withDisk(fileSystem: FileSystem = 'ext4') {
  const guest = createSampleGuest()
  const disk = await createLoopDisk(fileSystem)
  const data = join(guest.folder, 'data')
  guest.declare('shop', [{ uuid: disk.uuid, mountPoint: data, fileSystem }])
  await guest.disks.mount({ groups: ['shop'], waitMilliseconds: 1 })
  return {
    guest,
    disk,
    data,
    async [Symbol.asyncDispose]() {
      await execa('umount', ['--recursive', data], { reject: false })
      await disk[Symbol.asyncDispose]()
      guest[Symbol.dispose]()
    },
  }
}

/** A process that does something with a disk; answers when it has said so. */
async function holder(script: string, folder = '/') {
  const child = spawn('sh', ['-c', script], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return child
}

const ended = async (child: ReturnType<typeof spawn>) => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.signalCode
}

if (!isInNamespaces()) await runInNamespaces(import.meta.filename)
else {
  t.test('what is mounted within a disk comes off with it, in the right order', async (t) => {
    await using on = await withDisk('btrfs')
    const { guest, data } = on
    for (const name of ['a', 'a/b', 'c', 'far']) mkdirSync(join(name === 'far' ? guest.folder : data, name))
    await execa('mount', ['-t', 'tmpfs', 'a', join(data, 'a')])
    mkdirSync(join(data, 'a/b'))
    await execa('mount', ['--bind', data, join(data, 'a/b')])
    await execa('mount', ['--bind', '/proc', join(data, 'c')])
    await execa('mount', ['--bind', join(data, 'c'), join(guest.folder, 'far')])
    await execa('umount', [join(guest.folder, 'far')])
    await execa('mount', ['--rbind', data, join(guest.folder, 'far')])
    await execa('mount', ['-t', 'tmpfs', 'over', join(data, 'a/b')])
    t.equal(guest.mounted().length, 9)
    const { disks } = await guest.disks.unmount(take('shop'))
    t.match(disks, [{ group: 'shop', detail: '' }])
    t.same(guest.mounted(), [])
  })

  t.test('whoever holds a disk is named, and nothing is changed', async (t) => {
    await using on = await withDisk()
    const { guest, data } = on
    writeFileSync(join(data, 'li ne\n'), 'x')
    await execa('cp', ['/bin/sleep', join(data, 'program')])
    const holders = {
      cwd: await holder('echo; exec sleep 60', data),
      file: await holder(`exec 5<'${data}/li ne\n'; echo; exec sleep 61`),
      // What a program runs is mapped, and not open.
      program: await holder(`echo; exec ${data}/program 62`),
    }
    for (const [what, child] of Object.entries(holders)) {
      const error = await guest.disks.unmount(take('shop')).then(
        () => undefined,
        (thrown) => thrown,
      )
      t.match(error, { name: 'RefusedError', code: 'DISK_BUSY', message: /nothing was changed$/ }, what)
      t.match(error?.message, `(pid ${child.pid})`, what)
      t.same(guest.mounted(), ['data'])
    }
    const { disks } = await guest.disks.list()
    const shown = disks.find(({ group }) => group === 'shop')?.holders ?? []
    const paths = Object.fromEntries(shown.map(({ id, path }) => [id?.pid, path]))
    t.match(paths, {
      [holders.cwd.pid ?? 0]: data,
      [holders.file.pid ?? 0]: `${data}/li ne`,
      [holders.program.pid ?? 0]: `${data}/program`,
    })
    const error = await guest.disks.unmount(take('shop')).catch((thrown) => thrown)
    t.notMatch(error.message, /\n/, 'names are escaped')
    await guest.disks.unmount(take('shop', { free: true }))
    t.same(guest.mounted(), [])
    for (const [what, child] of Object.entries(holders)) t.equal(await ended(child), 'SIGTERM', what)
  })

  t.test('who does not end is killed, and who is not there any more keeps nobody', async (t) => {
    await using on = await withDisk()
    const { guest, data } = on
    const stubborn = await holder(`trap '' TERM; echo; while :; do sleep 1; done`, data)
    await guest.disks.unmount(take('shop', { free: true, graceMilliseconds: 200 }))
    t.equal(await ended(stubborn), 'SIGKILL')
    t.same(guest.mounted(), [])
  })

  t.test('what is nested stays when the disk turns out to be in use', async (t) => {
    await using on = await withDisk()
    const { guest, data } = on
    mkdirSync(join(data, 'inner'))
    await execa('mount', ['-t', 'tmpfs', 'inner', join(data, 'inner')])
    const child = await holder('echo; exec sleep 60', data)
    await t.rejects(guest.disks.unmount(take('shop')), { name: 'RefusedError', code: 'DISK_BUSY' })
    t.same(guest.mounted(), ['data', 'data/inner'])
    child.kill()
    await ended(child)
    await guest.disks.unmount(take('shop'))
    t.same(guest.mounted(), [])
  })

  t.test('a disk that another mount namespace has is in use', async (t) => {
    await using on = await withDisk()
    const { guest, data } = on
    // Private, so that what is done here does not reach it.
    const child = await holder('exec unshare --mount --propagation private sh -c "echo; exec sleep 60"')
    const error = await guest.disks.unmount(take('shop')).catch((thrown) => thrown)
    t.match(error, { name: 'FailedError', code: 'DISK_BUSY', message: `(pid ${child.pid}) has ${data}` })
    await guest.disks.unmount(take('shop', { free: true }))
    t.equal(await ended(child), 'SIGTERM')
  })

  t.test('what is no process is named, and can not be ended', async (t) => {
    await using on = await withDisk()
    const { guest, data } = on
    await execa('truncate', ['--size', '1M', join(data, 'image')])
    const { stdout: loop } = await execa('losetup', ['--find', '--show', join(data, 'image')])
    t.teardown(() => execa('losetup', ['--detach', loop], { reject: false }))
    for (const free of [false, true]) {
      await t.rejects(guest.disks.unmount(take('shop', { free })), {
        name: 'RefusedError',
        code: 'DISK_BUSY',
        message: `loop device ${loop} has ${data}/image`,
      })
    }
    await execa('losetup', ['--detach', loop])
    await guest.disks.unmount(take('shop'))
  })

  t.test('the agent itself is never ended', async (t) => {
    await using on = await withDisk()
    const { guest, data } = on
    // Held by the process that this one descends from, which a lister takes for what it is.
    const descriptor = openSync(join(data, 'file'), 'w')
    const child = await holder('echo; exec sleep 60', data)
    const protecting = createSampleGuest({ infrastructure: (pid) => pid === child.pid })
    t.teardown(() => protecting[Symbol.dispose]())
    protecting.declare('shop', [{ uuid: on.disk.uuid, mountPoint: data }])
    await t.rejects(protecting.disks.unmount(take('shop', { free: true })), {
      code: 'PROTECTED',
      message: `sleep (pid ${child.pid}) has ${data}`,
    })
    t.equal(child.exitCode, null)
    child.kill()
    await ended(child)
    await t.rejects(guest.disks.unmount(take('shop')), {
      code: 'DISK_BUSY',
      message: /nobody is seen who holds it/,
    })
    closeSync(descriptor)
    await guest.disks.unmount(take('shop'))
    t.notMatch(readFileSync('/proc/self/mountinfo', 'utf8'), data)
  })
}
