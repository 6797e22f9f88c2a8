/** Devices that the kernel shows before they can be used: no kernel can be made to do so at a given moment. */
import t from 'tap'
import type { BlockDevice } from '../../../agent/disk/block-device.ts'
import type { Devices } from '../../../agent/disk/devices.ts'
import { obtain } from '../../../agent/disk/obtain.ts'

const disk = {
  serial: 'mail',
  uuid: '',
  mountPoint: '/srv/mail',
  fileSystem: 'ext4',
  options: [],
  iscsi: null,
  nfs: '',
}

function device(name: string, number: string): BlockDevice {
  return { name, path: `/dev/${name}`, number, sizeBytes: 2 ** 20, partOf: '', holders: [], serial: 'mail' }
}

/** @param looks the device that each look finds, and whether it can be opened when that is tried next; the last stays */
function kernel(...looks: { device: BlockDevice; isOpen: boolean }[]) {
  const tried: string[] = []
  let [now] = looks
  const look = () => {
    now = looks.shift() ?? now
    return now?.device as BlockDevice
  }
  const devices = {
    find: async () => ({ device: look() }),
    waitFor: async () => look(),
  } as Partial<Devices> as Devices
  const mounter = {
    canOpen: async (path: string) => {
      tried.push(path)
      return now?.isOpen ?? false
    },
  }
  const abort = new AbortController()
  const options = { disk, devices, mounter, waitMs: 1, signal: abort.signal, undo: [] }
  return { tried, options }
}

const [old, fresh, part] = [device('sda', '8:0'), device('sdb', '8:16'), device('sdb1', '8:17')]

t.test('one that can be opened is had at once', async (t) => {
  const { tried, options } = kernel({ device: old, isOpen: true })
  t.equal(await obtain(options), old)
  t.same(tried, ['/dev/sda'])
})

t.test('one that comes is tried until it opens', async (t) => {
  const [shut, open] = [
    { device: old, isOpen: false },
    { device: old, isOpen: true },
  ]
  const { tried, options } = kernel(shut, shut, shut, open, open)
  t.equal(await obtain(options), old)
  t.same(tried, Array(4).fill('/dev/sda'))
})

t.test('in place of one that goes the one that came is had', async (t) => {
  const { tried, options } = kernel({ device: old, isOpen: false }, { device: fresh, isOpen: true })
  t.equal(await obtain(options), fresh)
  t.same(tried, ['/dev/sda', '/dev/sdb'])
})

t.test('of one whose partitions become known meanwhile, the partition', async (t) => {
  const { tried, options } = kernel({ device: fresh, isOpen: true }, { device: part, isOpen: true })
  t.equal(await obtain(options), part)
  t.same(tried, ['/dev/sdb', '/dev/sdb1'])
})

t.test('one that never opens is not waited for without end', async (t) => {
  const { options } = kernel({ device: old, isOpen: false })
  const failed = { code: 'DISK_NOT_THERE', message: /disk mail as \/dev\/sda/ }
  await t.rejects(obtain({ ...options, openMs: 50 }), failed)
})
