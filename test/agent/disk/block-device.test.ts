import { renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { stampBlockDevices } from '../../../agent/disk/block-device.ts'

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
