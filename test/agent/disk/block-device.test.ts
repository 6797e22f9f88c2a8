import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createBlockDeviceReader, stampBlockDevices } from '../../../agent/disk/block-device.ts'

t.test('the stamp differs when a device came or went, also by the same name', (t) => {
  const root = t.testdir({ sys: { class: { block: {} } } })
  const folder = join(root, 'sys/class/block')
  const stamps = [stampBlockDevices(root)]
  symlinkSync('../../devices/a', join(folder, 'sda'))
  stamps.push(stampBlockDevices(root))
  symlinkSync('../../devices/b', join(folder, 'sdb'))
  stamps.push(stampBlockDevices(root))
  renameSync(join(folder, 'sdb'), join(folder, 'sda'))
  stamps.push(stampBlockDevices(root))
  t.equal(stampBlockDevices(root), stamps.at(-1))
  rmSync(join(folder, 'sda'))
  t.equal(stampBlockDevices(root), stamps[0])
  t.equal(new Set(stamps).size, stamps.length)
  t.equal(stampBlockDevices(t.testdirName), '', 'none where there is no /sys')
  t.end()
})

t.test('a device is read as it is now, also when another one has its name', (t) => {
  const root = t.testdir({ sys: { class: { block: {} } } })
  const folder = join(root, 'sys/class/block')
  const put = (path: string, files: Record<string, string>) => {
    mkdirSync(join(root, path, 'holders'), { recursive: true })
    for (const [file, text] of Object.entries(files)) writeFileSync(join(root, path, file), text)
  }
  put('sys/devices/a', { dev: '8:0\n', size: '8\n', serial: 'one\n' })
  put('sys/devices/a/a1', { dev: '8:1\n', size: '4\n', partition: '1\n', serial: 'none of its own\n' })
  put('sys/devices/b', { dev: '8:16\n', size: '16\n', serial: 'two\n' })
  symlinkSync('../../devices/a', join(folder, 'sda'))
  symlinkSync('../../devices/a/a1', join(folder, 'sda1'))
  const read = createBlockDeviceReader(root)
  const disk = {
    name: 'sda',
    path: '/dev/sda',
    number: '8:0',
    sizeBytes: 4096,
    partOf: '',
    holders: [],
    serial: 'one',
  }
  const part = {
    name: 'sda1',
    path: '/dev/sda1',
    number: '8:1',
    sizeBytes: 2048,
    partOf: 'a',
    holders: [],
    serial: '',
  }
  t.same(read(), [disk, part])

  put('sys/devices/a', { size: '24\n', serial: 'three\n' })
  mkdirSync(join(root, 'sys/devices/a/holders/dm-0'))
  t.same(read(), [{ ...disk, sizeBytes: 12_288, holders: ['dm-0'], serial: 'three' }, part])

  symlinkSync('../../devices/b', join(folder, 'other'))
  renameSync(join(folder, 'other'), join(folder, 'sda'))
  rmSync(join(folder, 'sda1'))
  t.same(read(), [{ ...disk, number: '8:16', sizeBytes: 8192, serial: 'two' }])
  rmSync(join(folder, 'sda'))
  t.same(read(), [])
  t.end()
})
