/** What a host asks of the service Disks, and what it is told. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { serveUnixSocket } from '../../../agent/channel/unix-socket.ts'
import type { GuestDisks } from '../../../agent/disk/types.ts'
import { RefusedError } from '../../../proto/errors.ts'
import type { DiskReport, DiskState } from '../../../proto/generated/messages.ts'
import { connectAgent } from '../../../sdk/guest/connect-agent.ts'
import { createSampleAgent } from '../sample-agent.ts'

const report: DiskReport = {
  group: 'shop',
  mountPoint: '/srv/shop',
  device: '/dev/sda',
  foundMilliseconds: 1.5,
  checkedMilliseconds: 0,
  milliseconds: 20.25,
  detail: '',
}

const state: DiskState = {
  declared: {
    serial: '',
    uuid: '',
    mountPoint: '/srv/shop',
    fileSystem: 'ext4',
    options: ['noatime'],
    iscsi: { portal: '10.77.0.1:3260', name: 'iqn.2026-01.org.example:data', lun: 3 },
    nfs: '',
  },
  group: 'shop',
  device: '/dev/sda',
  serial: 'shop',
  uuid: 'aaaa',
  fileSystem: 'ext4',
  sizeBytes: 2 ** 44,
  mountPoints: ['/srv/shop'],
  holders: [
    { id: { pid: 7, startTicks: 70 }, name: 'nginx', arguments: ['nginx'], path: '/srv/shop/log' },
    { id: null, name: 'swap file', arguments: [], path: '/srv/shop/swap' },
  ],
}

t.test('disks are listed, mounted and unmounted by a host', async (t) => {
  const asked: unknown[] = []
  const disks: GuestDisks = {
    networkStorage: async () => [],
    list: async () => ({ disks: [state] }),
    mount: async (request) => {
      asked.push(request)
      return { disks: [report] }
    },
    unmount: async (request) => {
      asked.push(request)
      if (request.free) return { disks: [report] }
      throw new RefusedError({ code: 'DISK_BUSY', message: 'in use', remedy: 'End it.' })
    },
  }
  const folder = await mkdtemp(join(tmpdir(), 'cleave-agent-'))
  const agent = createSampleAgent({ disks })
  const stop = await serveUnixSocket({ path: join(folder, 'agent.sock'), onSession: agent.serve })
  t.teardown(async () => {
    await agent.drain(0)
    await stop()
    await rm(folder, { recursive: true })
  })
  await using client = await connectAgent({
    socketPath: join(folder, 'agent.sock'),
    peer: 'the agent',
    framed: false,
  })
  t.same(await client.listDisks(), [state])
  t.same(await client.mountDisks({ groups: ['shop'] }), [report])
  t.same(await client.mountDisks({ groups: ['shop'], waitMs: 500 }), [report])
  await t.rejects(client.unmountDisks({ groups: ['shop'] }), { name: 'RefusedError', code: 'DISK_BUSY' })
  const freed = { groups: ['shop'], free: true, discard: true, graceMs: 100 }
  t.same(await client.unmountDisks(freed), [report])
  t.same(asked, [
    { groups: ['shop'], waitMilliseconds: 0 },
    { groups: ['shop'], waitMilliseconds: 500 },
    { groups: ['shop'], free: false, discard: false, graceMilliseconds: 0 },
    { groups: ['shop'], free: true, discard: true, graceMilliseconds: 100 },
  ])
})
