/** Disks that are full, or that go away, in the middle of a merge. */
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { buildImage } from '../../packaging/image/build-image.ts'
import type { CleaveError } from '../../proto/errors.ts'
import { freeUnits } from '../../sdk/planning/disk-units.ts'
import { checksums, runningGroups, startWithDisks, writersGoOn } from './support/data-disks.ts'
import { openTestHost } from './support/host.ts'
import { isLong } from './support/long.ts'

t.test('a merge of disks in trouble', { timeout: isLong ? 880_000 : 470_000 }, async (t) => {
  await using host = await openTestHost()
  const { cleave } = host
  const source = await startWithDisks(host, { name: 'source', numbers: [1, 5], memoryMiB: 500 })
  const destination = await cleave.machines.create({
    name: 'destination',
    image: (await buildImage({ name: 'disks' })).directory,
    memoryMiB: 512,
  })
  await destination.start()

  await t.test('a full file system moves, and its writer goes on when there is room', async (t) => {
    const written = await checksums(host, 'source', [1])
    const shell = await host.shell('source')
    await shell.run('cat /dev/zero >/srv/data-1/filler 2>/dev/null || true; sync')
    const request = { sources: ['source'], groups: ['data-1'], restart: true }
    await (await destination.merge(request)).wait()
    t.same(await runningGroups(destination), ['data-1'])
    t.same(await checksums(host, 'destination', [1]), written)
    await (await host.shell('destination')).run('rm /srv/data-1/filler')
    await writersGoOn(t, host, 'destination', [1])
  })

  await t.test('memory that the destination could not get is known before anything ends', async (t) => {
    const wish = { sources: ['source'], restart: true, resources: true }
    await t.rejects(destination.merge(wish), { code: 'BAD_RESOURCES', message: /steps of 128 MiB/ })
    t.same(await runningGroups(source), ['data-5'])
  })

  await t.test('a disk that is pulled while it is mounted', async (t) => {
    const record = source.record()
    const disk = record.disks?.find(({ name }) => name === 'data-5')
    if (disk === undefined) throw new Error('no disk')
    await cleave.hypervisor.detachDisk(record, disk)
    const operation = await destination.merge({ sources: ['source'], restart: true, keep: true })
    const error = await operation.wait().then(
      () => undefined,
      (thrown: CleaveError) => thrown,
    )
    t.match(error?.code, /^OPERATION_(UNDONE|NOT_UNDONE)$/, error?.message ?? 'it did not fail')
    t.same(await runningGroups(destination), ['data-1'], 'it does not run without its disk')
    t.equal(cleave.disks.get('data-5').machine, 'source')
    // Whoever pulled it plugs it in again: what was not written is lost, but nothing else.
    await cleave.hypervisor.attachDisk(source.record(), disk)
    const shell = await host.shell('source')
    await shell.run('umount -l /srv/data-5 2>/dev/null || true')
    const deadline = performance.now() + 60_000
    while (!(await runningGroups(source)).includes('data-5') && performance.now() < deadline) {
      await source.startGroup('data-5').catch(() => {})
      await delay(1000)
    }
    t.same(await runningGroups(source), ['data-5'])
  })

  const many = { skip: isLong ? false : 'it takes 254 more disks' }
  await t.test('a destination that has no room for one more', many, async (t) => {
    const shell = await host.shell('destination')
    // What udev does with each disk is no part of this, and takes an emulated processor minutes.
    await shell.run('systemctl stop systemd-udevd-control.socket systemd-udevd-kernel.socket systemd-udevd')
    const room = freeUnits(destination.record().disks ?? []).length
    for (let number = 1; number <= room; number++) {
      await cleave.disks.create({ name: `more-${number}`, sizeBytes: 1 << 20 })
      await cleave.disks.attach({ disk: `more-${number}`, machine: 'destination' })
    }
    await t.rejects(destination.merge({ sources: ['source'], restart: true, keep: true }), {
      code: 'NO_SLOT',
      message: 'destination has room for 0 more disks, and 1 would come',
    })
    t.same(await runningGroups(source), ['data-5'], 'nothing was changed')
    await cleave.disks.detach('more-1')
    await (await destination.merge({ sources: ['source'], restart: true, keep: true })).wait()
    t.same(await runningGroups(destination), ['data-1', 'data-5'])
  })
})
