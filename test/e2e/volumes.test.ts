/** Disks of groups that carry LVM and LUKS: volumes are left as they are found, but for copies that children give up. */
import { randomUUID } from 'node:crypto'
import t, { type Test } from 'tap'
import { buildImage } from '../../packaging/image/build-image.ts'
import type { Machine } from '../../sdk/machine/machine.ts'
import { consolePrompts } from './support/console.ts'
import { checksums, mounted, runningGroups, writersGoOn } from './support/data-disks.ts'
import { writing } from './support/guest-shell.ts'
import { openTestHost, type TestHost } from './support/host.ts'

const parts = ['lvm', 'luks']
const groups = ['data-lvm', 'data-luks']
const uuid = randomUUID()
const openVault = (disk: string) => `cryptsetup open --key-file /root/key ${disk} vault`
const device = (name: string) => `/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_${name}`

const declaration = (part: string, disk: string) =>
  `match: { units: [data@${part}.service] }
disks: [{ ${disk}, mountPoint: /srv/data-${part}, fileSystem: ext4 }]
`

const makeVolumes = [
  `for n in $(seq 200); do [ -e ${device('lvm')} ] && [ -e ${device('luks')} ] && break; sleep 0.1; done`,
  `vgcreate --quiet data ${device('lvm')} && lvcreate --quiet --yes --extents 100%FREE --name home data`,
  'mkfs.ext4 -q /dev/data/home',
  'head -c 32 /dev/urandom >/root/key',
  `cryptsetup luksFormat --batch-mode --pbkdf pbkdf2 --pbkdf-force-iterations 1000 ${device('luks')} /root/key`,
  openVault(device('luks')),
  `mkfs.ext4 -q -U ${uuid} /dev/mapper/vault`,
]

async function start(host: TestHost): Promise<Machine> {
  const { cleave } = host
  const { directory } = await buildImage({ name: 'volumes' })
  const machine = await cleave.machines.create({ name: 'whole', image: directory, memoryMiB: 512 })
  for (const disk of parts) {
    await cleave.disks.create({ name: disk, sizeBytes: 256 << 20 })
    await cleave.disks.attach({ disk, machine: machine.name })
  }
  await machine.start()
  await consolePrompts(machine.record())
  const shell = await host.shell(machine.name)
  for (const command of makeVolumes) await shell.run(command)
  await shell.run(writing('/etc/cleave/groups.d/data-lvm.yaml', declaration('lvm', 'serial: lvm')))
  await shell.run(writing('/etc/cleave/groups.d/data-luks.yaml', declaration('luks', `uuid: ${uuid}`)))
  return machine
}

t.test('disks with volumes on them', { timeout: 470_000 }, async (t) => {
  await using host = await openTestHost()
  const { cleave } = host
  const whole = await start(host)
  const shell = await host.shell('whole')
  for (const group of groups) {
    await whole.startGroup(group)
    await shell.run(`head -c 4M /dev/urandom >/srv/${group}/archive; sync`)
  }
  const written = await checksums(host, 'whole', parts)
  const volumes = async (machine: string) =>
    (await (await host.shell(machine)).run('dmsetup ls | cut -f 1')).split('\n').sort()
  const hasOnly = async (t: Test, machine: string, part: string) => {
    t.same(await runningGroups(cleave.machines.get(machine)), [`data-${part}`])
    t.same(await mounted(host, machine), [`/srv/data-${part}`])
    t.equal((await checksums(host, machine, [part])).get(`data-${part}`), written.get(`data-${part}`))
    await writersGoOn(t, host, machine, [part])
  }

  await t.test('by the UUID alone, the file system comes off and the volume stays', async (t) => {
    await whole.terminateGroup('data-luks')
    t.match(await whole.unmountDisks(['data-luks']), [{ group: 'data-luks', detail: /vault/ }])
    t.same(await volumes('whole'), ['data-home', 'vault'])
  })

  await t.test('a disk is not given away under its volume', async (t) => {
    await t.rejects(cleave.disks.detach('lvm'), { code: 'DISK_MOUNTED', message: /\/srv\/data-lvm/ })
    await whole.terminateGroup('data-lvm')
    await t.rejects(whole.unmountDisks(['data-lvm']), { code: 'DISK_BUSY', message: /data-home/ })
    await shell.run('umount /srv/data-lvm')
    await t.rejects(cleave.disks.detach('lvm'), { code: 'DISK_HELD', message: /data-home/ })
    t.same(await volumes('whole'), ['data-home', 'vault'])
  })

  await t.test('a split: who does not keep the disk gives its volume up', async (t) => {
    const text = declaration('luks', `serial: luks, uuid: ${uuid}`)
    await shell.run(writing('/etc/cleave/groups.d/data-luks.yaml', text))
    for (const group of groups) await whole.startGroup(group)
    const children = parts.map((part) => ({ name: part, groups: [`data-${part}`] }))
    await (await whole.split({ children, rest: 'lvm' })).wait()
    for (const part of parts) {
      await hasOnly(t, part, part)
      t.equal(cleave.disks.get(part).machine, part)
    }
    t.same(await volumes('lvm'), ['data-home'])
    t.same(await volumes('luks'), ['vault'])
  })

  await t.test('a merge is taken back while the volume is active', async (t) => {
    const request = { sources: ['luks'], groups: ['data-luks'], restart: true, keep: true }
    const destination = cleave.machines.get('lvm')
    await t.rejects((await destination.merge(request)).wait(), {
      code: 'OPERATION_UNDONE',
      message: /vault/,
    })
    await hasOnly(t, 'luks', 'luks')

    await cleave.machines.get('luks').terminateGroup('data-luks')
    await (await host.shell('luks')).run('umount /srv/data-luks && cryptsetup close vault')
    await (await destination.merge(request)).wait()
    await t.rejects(destination.startGroup('data-luks'), { code: 'DISK_NOT_THERE' })
    await (await host.shell('lvm')).run(openVault(device('luks')))
    await destination.startGroup('data-luks')
    t.same((await runningGroups(destination)).sort(), groups.toSorted())
    t.same(await checksums(host, 'lvm', parts), written)
    await writersGoOn(t, host, 'lvm', parts)
  })
})
