/** Disks of groups that come to machines and leave them. */
import { execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import t from 'tap'
import { disksFeature } from '../../proto/version.ts'
import { withAgent } from '../../sdk/machine/agent.ts'
import { openStore } from '../../sdk/store/store.ts'
import { consolePrompts } from './support/console.ts'
import { openGuestShell } from './support/guest-shell.ts'
import { openTestHost } from './support/host.ts'

/** A command that finds the device of a disk. */
const finding = (disk: string) =>
  `for n in $(seq 100); do D=$(lsblk -dno PATH,SERIAL | awk '$2 == "${disk}" { print $1 }'); [ -n "$D" ] && break; sleep 0.1; done`

t.test('disks come and go', { timeout: 600_000 }, async (t) => {
  await using host = await openTestHost()
  const { cleave, home } = host
  const one = await host.startMachine('one', { memoryMiB: 512 })
  using store = openStore({ path: join(home, 'store.db') })
  const ports = { store, hypervisor: cleave.hypervisor, settings: cleave.settings }
  // A console of its own for each command: one that was open does not outlive the machine's process.
  const run = async (machine: string, command: string) => {
    const record = cleave.machines.get(machine).record()
    await using shell = await openGuestShell(cleave.hypervisor.consoleSocket(record))
    return await shell.run(`( ${command}\n)`)
  }
  const write = 'head -c 20M /dev/urandom >/srv/bytes; cd /srv; md5sum bytes >sum; sync'

  await t.test('a disk comes to a machine that runs', async (t) => {
    const disk = await cleave.disks.create({ name: 'data', sizeBytes: 256 << 20 })
    t.match(disk, { name: 'data', image: join(home, 'disks', 'data.qcow2') })
    t.same(await cleave.disks.attach({ disk: 'data', machine: 'one' }), {
      name: 'data',
      image: disk.image,
      unit: 0,
    })
    await cleave.disks.attach({ disk: 'data', machine: 'one' })
    await run('one', `${finding('data')}; mkfs.ext4 -q $D && mount $D /srv`)
    await run('one', write)
    await t.rejects(cleave.disks.delete('data'), { code: 'DISK_ATTACHED' })
    await t.rejects(cleave.disks.create({ name: 'more', from: { disk: 'data' } }), { code: 'DISK_ATTACHED' })
    await t.rejects(cleave.disks.move('data', home), { code: 'MACHINE_RUNNING' })
  })

  await t.test('it leaves when nobody uses it', async (t) => {
    const { features } = await withAgent(ports, 'one', (agent) => agent.info())
    const refused = features.includes(disksFeature)
      ? { code: 'DISK_MOUNTED', message: /\/srv/ }
      : { code: 'AGENT_TOO_OLD' }
    await t.rejects(cleave.disks.detach('data'), refused)
    await run('one', 'cd /srv; md5sum -c sum')
    await run('one', 'umount /srv')
    if (features.includes(disksFeature)) t.same(await cleave.disks.detach('data'), { machine: 'one' })
    else t.comment('the agent of this image knows nothing of disks')
  })

  await t.test('one that is off has it when it starts', async (t) => {
    if (cleave.disks.get('data').machine === 'one') {
      await one.stop()
      await cleave.disks.detach('data')
      await one.start()
      await consolePrompts(one.record(), 2)
    }
    t.equal(one.record().disks, undefined)
    const moved = await cleave.disks.move('data', join(home, 'elsewhere'))
    t.equal(moved.image, join(home, 'elsewhere', 'data.qcow2'))
    const two = await cleave.machines.create({
      name: 'two',
      image: dirname(one.record().boot.kernel),
      memoryMiB: 512,
    })
    await cleave.disks.attach({ disk: 'data', machine: 'two' })
    await t.rejects(cleave.disks.attach({ disk: 'data', machine: 'one' }), { code: 'DISK_ATTACHED' })
    await two.start()
    await consolePrompts(two.record())
    await run('two', `${finding('data')}; mount $D /srv; cd /srv; md5sum -c sum`)
    await two.stop()
    await two.delete()
    t.equal(cleave.disks.get('data').machine, undefined, 'a disk stays when its machine goes')
    t.match(execFileSync('qemu-img', ['check', moved.image], { encoding: 'utf8' }), /No errors/)
  })

  await t.test('an image that is below others stays, until they stand alone', async (t) => {
    await cleave.disks.create({ name: 'overlay', from: { disk: 'data' } })
    await t.rejects(cleave.disks.delete('data'), { code: 'DISK_IN_USE', message: /overlay/ })
    await t.rejects(cleave.disks.attach({ disk: 'data', machine: 'one' }), { code: 'DISK_IN_USE' })
    await cleave.disks.move('data', join(home, 'third'))
    await cleave.disks.attach({ disk: 'overlay', machine: 'one' })
    const flat = await cleave.disks.flatten('overlay')
    t.equal(flat.backing, undefined)
    await cleave.disks.delete('data')
    await run('one', `${finding('overlay')}; mount $D /srv; cd /srv; md5sum -c sum`)
    await run('one', 'umount /srv')
  })
})
