import fc from 'fast-check'
import t from 'tap'
import { type BlockDevice, parseSerialPage } from '../../../agent/disk/block-device.ts'
import { parseContents } from '../../../agent/disk/contents.ts'
import { isClean } from '../../../agent/disk/file-system-check.ts'
import { parseMappedFiles } from '../../../agent/disk/holders.ts'
import { parseSwaps } from '../../../agent/disk/kernel-holders.ts'
import { matchDisk, needsContents } from '../../../agent/disk/match.ts'
import type { Mount } from '../../../agent/disk/mount-table.ts'
import { isMountOf, isRemnant, targetOf } from '../../../agent/disk/targets.ts'
import type { Disk } from '../../../proto/generated/messages.ts'
import { sampleMount } from './sample-mounts.ts'

const device = (name: string, more: Partial<BlockDevice> = {}): BlockDevice => ({
  name,
  path: `/dev/${name}`,
  number: `8:${name.charCodeAt(2)}`,
  sizeBytes: 1 << 20,
  partOf: '',
  holders: [],
  serial: '',
  ...more,
})

const disk = (more: Partial<Disk>): Disk => ({
  serial: '',
  uuid: '',
  mountPoint: '/data',
  fileSystem: '',
  options: [],
  iscsi: null,
  nfs: '',
  ...more,
})

const contents = (byName: Record<string, [type: string, uuid: string]>) =>
  new Map(Object.entries(byName).map(([name, [type, uuid]]) => [`/dev/${name}`, { type, uuid }]))

const target = { name: 'iqn.2026-01.org.example:data', portal: '[2001:db8::1]:3260', lun: 2 }

t.test('a disk is found by its serial, its file system, and its place in a SAN', (t) => {
  const devices = [
    device('sda', { serial: 'data-1' }),
    device('sdb', { serial: 'data-10', iscsi: { session: 'session1', ...target } }),
    device('sdc', { serial: 'data-1x', iscsi: { session: 'session1', ...target, lun: 1 } }),
  ]
  const on = contents({ sda: ['ext4', 'AA-1'], sdb: ['xfs', 'bb-2'] })
  const find = (wanted: Partial<Disk>) => matchDisk(disk(wanted), devices, on).device?.name
  t.equal(find({ serial: 'data-1' }), 'sda')
  t.equal(find({ serial: 'data-10' }), 'sdb')
  t.equal(find({ serial: 'data' }), undefined)
  t.equal(find({ uuid: 'aa-1' }), 'sda')
  t.equal(find({ iscsi: { ...target, portal: '[2001:0DB8:0::1]:3260' } }), 'sdb')
  t.equal(find({ iscsi: { ...target, portal: '[2001:db8::1]:3261' } }), undefined)
  t.equal(find({ iscsi: target, serial: 'data-1x' }), undefined, 'all that is declared has to hold')
  t.equal(find({ serial: 'data-1', uuid: 'bb-2' }), undefined)
  t.notOk(needsContents(disk({ serial: 'data-1' }), devices))
  t.ok(needsContents(disk({ uuid: 'AA-1' }), devices))
  t.end()
})

t.test('a file system on a partition, a volume or behind several paths is found', (t) => {
  const devices = [
    device('sda', { serial: 'one' }),
    device('sda1', { partOf: 'sda', holders: ['dm-0'] }),
    device('dm-0'),
    device('sdb', { serial: 'two' }),
    device('sdb1', { partOf: 'sdb' }),
    device('sdb2', { partOf: 'sdb' }),
    device('sdc', { serial: 'path', holders: ['dm-1'] }),
    device('sdd', { serial: 'path', holders: ['dm-1'] }),
    device('dm-1'),
  ]
  const on = contents({
    sda1: ['LVM2_member', 'lvm'],
    'dm-0': ['ext4', 'one'],
    sdb1: ['ext4', 'b1'],
    sdb2: ['xfs', 'b2'],
    sdc: ['ext4', 'c'],
    sdd: ['ext4', 'c'],
    'dm-1': ['ext4', 'c'],
  })
  const find = (wanted: Partial<Disk>) => matchDisk(disk(wanted), devices, on)
  t.equal(find({ serial: 'one' }).device?.name, 'dm-0')
  t.match(find({ serial: 'two' }).reason, 'more than one file system')
  t.equal(find({ serial: 'two', uuid: 'b2' }).device?.name, 'sdb2')
  t.equal(find({ uuid: 'c' }).device?.name, 'dm-1')
  t.match(matchDisk(disk({ serial: 'two' }), devices, new Map()).reason, 'no file system')
  t.match(find({ serial: 'three' }).reason, 'no disk three is there')
  t.end()
})

t.test('what is found is what was declared, whatever there is', (t) => {
  const name = fc.constantFrom('sda', 'sdb', 'sdc', 'sda1', 'dm-0')
  const text = fc.constantFrom('', 'x', 'y')
  const anyDevices = fc.uniqueArray(
    fc.record({
      name,
      partOf: fc.constantFrom('', 'sda', 'sdb'),
      holders: fc.array(name, { maxLength: 2 }),
      serial: text,
    }),
    { selector: (one) => one.name },
  )
  const anyContents = fc.dictionary(name, fc.tuple(fc.constantFrom('ext4', '', 'LVM2_member'), text))
  fc.assert(
    fc.property(anyDevices, anyContents, text, text, (found, on, serial, uuid) => {
      const devices = found.map((one) => device(one.name, one))
      const known = contents(on)
      const match = matchDisk(disk({ serial, uuid }), devices, known)
      t.equal(match.device === undefined, match.reason !== undefined)
      if (match.device === undefined) return
      if (uuid !== '') t.equal(known.get(match.device.path)?.uuid, uuid)
      if (serial !== '') t.ok(devices.some((one) => one.serial === serial))
    }),
  )
  t.end()
})

t.test('what programs and the kernel say is read, and rubbish does no harm', (t) => {
  t.same(
    [...parseContents('DEVNAME=/dev/sda\nUUID=a=b\nTYPE=xfs\n\nDEVNAME=/dev/sdb\nPTTYPE=gpt\n')],
    [
      ['/dev/sda', { uuid: 'a=b', type: 'xfs' }],
      ['/dev/sdb', { uuid: '', type: '' }],
    ],
  )
  t.equal(parseSerialPage(Buffer.from('\x00\x80\x00\x08data-1 \x00trailing', 'latin1')), 'data-1')
  fc.assert(fc.property(fc.uint8Array(), (bytes) => typeof parseSerialPage(Buffer.from(bytes)) === 'string'))
  t.same(parseSwaps('Filename\tType\tSize\n/dev/sdb2 partition 1 0 -2\n/swap\\040file file 1 0 -3\n'), [
    '/swap file',
  ])
  t.same(
    parseMappedFiles(
      '7f-80 r-xp 00000000 08:1f 12 /srv/a b\n80-81 r--p 0 08:1f 12 /srv/a b\n81-82 rw-p 0 00:00 0 [heap]\n82-83 r 0 00:2a 1\n',
    ),
    [{ number: '8:31', path: '/srv/a b' }],
  )
  t.ok(isClean('/dev/sda: clean, 11/8192 files, 1234/32768 blocks'))
  t.notOk(isClean('/dev/sda: recovering journal\n/dev/sda: clean, 11/8192 files, 1234/32768 blocks'))
  t.end()
})

t.test('a mount is of a disk by its number, and of one that is gone by its place', (t) => {
  const looks = {
    nodeNumber: (path: string) => (path === '/dev/sdb' ? '8:16' : undefined),
    isThere: (number: string) => number === '8:16',
  }
  const found = device('sdb', { number: '8:16' })
  const there = targetOf({ group: 'shop', disk: disk({}), place: '/data', device: found }, [])
  const gone = targetOf({ group: 'shop', disk: disk({}), place: '/data' }, [])
  const ext4 = sampleMount({ device: '8:16', mountPoint: '/else' })
  const btrfs = sampleMount({ device: '0:40', source: '/dev/sdb', mountPoint: '/data' })
  const lost = sampleMount({ device: '8:32', source: '/dev/sdc', mountPoint: '/data' })
  const lostBtrfs = sampleMount({ device: '0:41', source: '/dev/sdc', mountPoint: '/data' })
  const tmpfs = sampleMount({ device: '0:42', source: 'tmpfs', mountPoint: '/data' })
  const judge = (judged: typeof there) => (mount: Mount) =>
    isMountOf(judged, mount, looks) ? 'mine' : isRemnant(judged, mount, looks) ? 'remnant' : 'other'
  const all = [ext4, btrfs, lost, lostBtrfs, tmpfs, { ...lost, mountPoint: '/else' }]
  t.same(all.map(judge(there)), ['mine', 'mine', 'remnant', 'remnant', 'other', 'other'])
  t.same(all.map(judge(gone)), ['other', 'other', 'remnant', 'remnant', 'other', 'other'])

  const net = targetOf({ group: 'shop', disk: disk({ nfs: 'server:/docs/' }), place: '/data' }, [])
  const docs = sampleMount({
    device: '0:43',
    source: 'server:/docs',
    fileSystem: 'nfs4',
    mountPoint: '/data',
  })
  t.same([docs, { ...docs, source: 'server:/doc' }, { ...docs, fileSystem: 'tmpfs' }].map(judge(net)), [
    'mine',
    'other',
    'other',
  ])
  t.end()
})
