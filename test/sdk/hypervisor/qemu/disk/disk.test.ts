import { execFileSync } from 'node:child_process'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { copyDisk, createDisk } from '../../../../../sdk/hypervisor/qemu/disk/create-disk.ts'
import { deleteDisk } from '../../../../../sdk/hypervisor/qemu/disk/delete-disk.ts'
import { machineRecord } from '../../../store/machine-record.ts'

function image(t: Test, name: string, ...words: string[]): string {
  const path = join(t.testdirName, name)
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', ...words, path, '64M'])
  return path
}

function machine(t: Test, name: string, backing: string) {
  const directory = join(t.testdirName, 'machines', name)
  return machineRecord({ name, directory, disk: join(directory, 'root.qcow2'), backing })
}

t.test('an overlay of an image, and one of that', async (t) => {
  const home = t.testdir()
  const shop = machine(t, 'shop', image(t, 'base.qcow2'))
  await createDisk(shop)
  t.equal(statSync(shop.directory).mode & 0o777, 0o700)
  const child = { ...machine(t, 'mail', shop.disk), parent: 'shop' }
  await createDisk(child)
  const info = JSON.parse(
    execFileSync('qemu-img', ['info', '--output=json', child.disk], { encoding: 'utf8' }),
  )
  t.match(info, {
    'virtual-size': 64 << 20,
    'backing-filename': shop.disk,
    'backing-filename-format': 'qcow2',
  })
  await t.rejects(createDisk(shop), { code: 'DISK_EXISTS' })

  await t.rejects(deleteDisk({ machine: shop, home, others: [shop, child] }), {
    code: 'DISK_IN_USE',
    message: /mail/,
  })
  t.ok(existsSync(shop.disk))
  await deleteDisk({ machine: child, home, others: [shop, child] })
  await deleteDisk({ machine: shop, home, others: [shop] })
  await deleteDisk({ machine: shop, home, others: [] })
  t.notOk(existsSync(shop.directory))
})

t.test('a whole copy needs no other image', async (t) => {
  const home = t.testdir()
  const base = image(t, 'base.qcow2')
  execFileSync('qemu-io', ['-f', 'qcow2', '-c', 'write -P 7 0 64k', base])
  const shop = machine(t, 'shop', base)
  await createDisk(shop)
  execFileSync('qemu-io', ['-f', 'qcow2', '-c', 'write -P 9 1M 64k', shop.disk])
  const { backing: _, ...copy } = { ...machine(t, 'mail', ''), parent: 'shop' }
  await copyDisk(shop, copy, { sizeBytes: 128 << 20 })
  await deleteDisk({ machine: shop, home, others: [shop, copy] })
  const info = JSON.parse(
    execFileSync('qemu-img', ['info', '--output=json', copy.disk], { encoding: 'utf8' }),
  )
  t.match(info, { 'virtual-size': 128 << 20, 'backing-filename': undefined })
  const read = (words: string) =>
    execFileSync('qemu-io', ['-r', '-f', 'qcow2', '-c', words, copy.disk], { encoding: 'utf8' })
  t.match(read('read -P 7 0 64k'), /read 65536/, 'what is in the image')
  t.match(read('read -P 9 1M 64k'), /read 65536/, 'what is in the overlay')
  t.notMatch(read('read -P 7 0 64k') + read('read -P 9 1M 64k'), /verification failed/)
})

t.test('a disk may be larger than what is below it, and not smaller', async (t) => {
  t.testdir()
  const shop = machine(t, 'shop', image(t, 'base.qcow2'))
  await t.rejects(createDisk(shop, { sizeBytes: 1 << 20 }), { code: 'DISK_TOO_SMALL' })
  t.notOk(existsSync(shop.directory))
  await createDisk(shop, { sizeBytes: 128 << 20 })
  const info = execFileSync('qemu-img', ['info', '--output=json', shop.disk], { encoding: 'utf8' })
  t.match(JSON.parse(info), { 'virtual-size': 128 << 20 })
  const mail = machine(t, 'mail', '')
  await t.rejects(copyDisk(shop, mail, { sizeBytes: 64 << 20 }), { code: 'DISK_TOO_SMALL' })
  t.notOk(existsSync(mail.directory))
})

t.test('images that are refused leave nothing behind', async (t) => {
  t.testdir({ 'raw.img': 'x'.repeat(10_000), 'short.qcow2': 'QFI' })
  const secret = join(t.testdirName, 'raw.img')
  const bad: Record<string, string> = {
    [secret]: 'IMAGE_NOT_QCOW2',
    [join(t.testdirName, 'short.qcow2')]: 'IMAGE_NOT_QCOW2',
    [join(t.testdirName, 'none')]: 'IMAGE_UNREADABLE',
    [t.testdirName]: 'IMAGE_UNREADABLE',
    [image(t, 'overlay.qcow2', '-b', secret, '-F', 'raw')]: 'IMAGE_NOT_ALONE',
    [image(t, 'apart.qcow2', '-o', `data_file=${join(t.testdirName, 'data')}`)]: 'IMAGE_NOT_ALONE',
  }
  const damaged = Buffer.alloc(1024, 255)
  damaged.write('514649fb00000003', 'hex')
  damaged.fill(0, 8, 16)
  damaged.fill(0, 72, 80)
  writeFileSync(join(t.testdirName, 'damaged.qcow2'), damaged)
  bad[join(t.testdirName, 'damaged.qcow2')] = 'IMAGE_DAMAGED'

  for (const [path, code] of Object.entries(bad)) {
    const shop = machine(t, 'shop', path)
    await t.rejects(createDisk(shop), { name: 'InvalidRequestError', code }, path)
    t.notOk(existsSync(shop.directory))
  }
})

t.test('no folder outside of the home is deleted', async (t) => {
  const home = t.testdir({ machines: {}, other: { file: 'mine' } })
  const outside = ['/', home, `${home}/../x`, `${home}-other`, join(home, 'machines', '..', '..')]
  for (const directory of outside) {
    const shop = machineRecord({ directory })
    await t.rejects(deleteDisk({ machine: shop, home, others: [] }), { code: 'BAD_DIRECTORY' }, directory)
  }
  t.ok(existsSync(join(home, 'other', 'file')))
})
