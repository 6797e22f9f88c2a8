import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseMountInfo } from '../../../agent/disk/mount-table.ts'
import { findNetworkStorage, networkMounts } from '../../../agent/disk/network-storage.ts'

const mount = (source: string, mountPoint: string, fileSystem: string) =>
  `30 1 0:40 / ${mountPoint} rw shared:1 - ${fileSystem} ${source} rw`

t.test('file systems of a network are told by their kind', async (t) => {
  const mounts = parseMountInfo(
    [
      mount('nas:/docs', '/srv/docs', 'nfs4'),
      mount('//nas/share', '/srv/my\\040share', 'cifs'),
      mount('me@far:/home', '/far', 'fuse.sshfs'),
      mount('/dev/sda', '/srv/disk', 'ext4'),
      mount('tmpfs', '/nfs4', 'tmpfs'),
      mount('nfsd', '/proc/fs/nfsd', 'nfsd'),
      mount('portal', '/run/user/1000/doc', 'fuse.portal'),
    ].join('\n'),
  )
  t.same(networkMounts(mounts), [
    'nas:/docs, mounted at /srv/docs',
    '//nas/share, mounted at /srv/my share',
    'me@far:/home, mounted at /far',
  ])
  const hostile = parseMountInfo(mount('nas:/\\012root', '/a', 'nfs'))
  t.same(networkMounts(hostile), ['nas:/\\u{a}root, mounted at /a'])
})

t.test('block devices of a network are told by their sessions', async (t) => {
  const sys = t.testdir({})
  const write = (path: string, text: string) => {
    mkdirSync(join(sys, path, '..'), { recursive: true })
    writeFileSync(join(sys, path), text)
  }
  const before = await findNetworkStorage({ sys })
  write('class/nvme/nvme0/address', '0000:00:04.0\n')
  write('block/sda/size', '8\n')
  write('block/nbd0/size', '0\n')
  t.same(await findNetworkStorage({ sys }), before, 'a local disk, and a client that is not connected')
  write('class/iscsi_session/session1/targetname', 'iqn.2026-01.org.example:san\n')
  write('class/nvme/nvme1/address', 'traddr=10.0.0.1,trsvcid=4420\n')
  write('block/nbd1/pid', '4711\n')
  write('bus/rbd/devices/0/name', 'image\n')
  t.same(await findNetworkStorage({ sys }), [
    ...before,
    'a session of iSCSI with iqn.2026-01.org.example:san',
    'a controller of NVMe at traddr=10.0.0.1,trsvcid=4420',
    'a network block device, whose client has the pid 4711',
    'the image of Ceph image',
  ])
  for (let index = 0; index < 20; index++) write(`class/iscsi_session/many${index}/targetname`, `${index}`)
  t.equal((await findNetworkStorage({ sys })).length, 10)
})
