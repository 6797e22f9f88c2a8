/** Splits whose children boot: with other resources, and with no group started before it is known where it runs. */

import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { NamedAssignment } from '../../sdk/planning/assignment.ts'
import { eachRunsIn, intoTwo, witnesses } from './support/boots.ts'
import { bridgeHost, openTestHost } from './support/host.ts'
import { collectWitnesses } from './support/witness-collector.ts'

t.test('children boot with what each is given', { timeout: 470_000 }, async (t) => {
  await using host = await openTestHost()
  const { cleave } = host
  const machine = await host.startMachine('whole')
  await using collector = await collectWitnesses({ host: bridgeHost, port: 4000 })
  const shell = await host.shell('whole')

  const runIn = (t: Test, machineOf: (witness: string) => string) =>
    eachRunsIn(t, { host, collector }, machineOf)

  await t.test('what no unit starts again is refused by name, and nothing is changed', async (t) => {
    await shell.run('setsid systemd-run --scope --unit=byhand sleep 4711 > /dev/null 2>&1 & sleep 2')
    await t.rejects(machine.split(intoTwo), { code: 'NOT_RESTARTABLE', message: /sleep \(\d+\)/ })
    await shell.run('systemctl stop byhand.scope')
    await shell.run('systemd-run --unit=passing sleep 4712')
    const operation = await machine.split(intoTwo)
    await t.rejects(operation.wait(), {
      code: 'OPERATION_UNDONE',
      message: /passing\.service was made for this boot alone/,
    })
    await shell.run('systemctl stop passing')
    await t.rejects(
      machine.split({
        ...intoTwo,
        children: [{ name: 'one', groups: witnesses, address: '10.77.0.80/24' }],
        rest: 'one',
      }),
      { code: 'ADDRESS_TAKEN' },
    )
    await t.rejects(machine.split({ ...intoTwo, way: 'fork' }), { code: 'RESOURCES_DIFFER', remedy: /delta/ })
    const narrow = { ...intoTwo, children: intoTwo.children.map((child) => ({ ...child, diskBytes: 512 })) }
    await t.rejects((await machine.split(narrow)).wait(), {
      code: 'OPERATION_UNDONE',
      message: /512 bytes are too few/,
    })
    await runIn(t, () => 'whole')
    t.equal((await host.traces()).processes.length, 1)
  })

  await t.test('each group in its own child, with its own resources', async (t) => {
    const again = await host.shell('whole')
    await again.run("printf '[Service]\\nExecStart=/bin/sleep 4713\\n' > /etc/systemd/system/hand.service")
    await again.run('systemctl start hand; echo kept > /root/kept; mkdir -p /etc/cleave/groups.d')
    const operation = await machine.split({ ...intoTwo, childrenPerImage: 1 })
    const result = await operation.wait()
    t.match(result, { way: 'delta', pauseMs: null })
    const { disk } = machine.record()
    t.equal(cleave.machines.get('front').record().backing, disk)
    t.equal(
      cleave.machines.get('back').record().backing,
      join(cleave.machines.get('back').record().directory, 'below.qcow2'),
      'no more than one child is based on an image',
    )
    t.comment(`disks ${result.disksMs} ms, down ${result.downMs} ms`)
    t.same(
      result.children.flatMap(({ failures }) => failures),
      [],
    )
    await runIn(t, (group) => (group === 'witness-a' ? 'front' : 'back'))
    for (const { name, groups } of result.children) {
      const listed = await cleave.machines.get(name).groups()
      const running = listed.groups.filter(({ processes }) => processes.length > 0)
      t.same(running.map((group) => group.name).sort(), groups.toSorted(), name)
      const inside = await host.shell(name)
      t.equal(await inside.run('hostname'), name)
      t.equal(await inside.run('cat /root/kept'), 'kept')
    }
    const front = await host.shell('front')
    const back = await host.shell('back')
    t.equal(await front.run('nproc'), '2')
    t.equal(await back.run('nproc'), '1')
    const memory = "awk '/MemTotal/ { print int($2 / 1024) }' /proc/meminfo"
    t.ok(Number(await front.run(memory)) > 600)
    t.ok(Number(await back.run(memory)) < 384)
    t.match(await back.run('cat /proc/cmdline'), /cleave\.test=1/)
    t.notMatch(await front.run('cat /proc/cmdline'), /cleave\.test=1/)
    t.equal(await back.run('blockdev --getsize64 /dev/vda'), String(8 * 2 ** 30))
    t.match(await front.run('ip -o -4 address show scope global'), /10\.77\.0\.99\/24[\s\S]*10\.77\.0\.80/)
    t.notMatch(await back.run('ip -o -4 address show scope global'), /10\.77\.0\.80/)
    t.not(await front.run('cat /etc/machine-id'), await back.run('cat /etc/machine-id'))
    t.equal((await fetch('http://10.77.0.80/')).status, 200, 'the service address answers')
    t.match(machine.record(), { state: 'split' })
    await t.rejects(machine.start(), { code: 'MACHINE_SPLIT' })
  })

  await t.test('whole copies of the disk need no parent', async (t) => {
    const back = cleave.machines.get('back')
    const copies: NamedAssignment = {
      way: 'full',
      children: [
        { name: 'b', groups: ['witness-b'] },
        { name: 'c', groups: ['witness-c'] },
      ],
      rest: 'c',
    }
    const result = await (await back.split(copies)).wait()
    t.comment(`disks ${result.disksMs} ms, down ${result.downMs} ms`)
    await runIn(t, (group) => (group === 'witness-a' ? 'front' : group.slice(-1)))
    t.notOk(cleave.machines.get('b').record().backing)
    await back.delete()
    t.notOk((await host.traces()).folders.includes('back'))
  })

  await t.test('one that booted is forked as any other', async (t) => {
    const fork = {
      children: [
        { name: 'web', groups: ['shop'] },
        { name: 'a', groups: ['witness-a'] },
      ],
      rest: 'a',
    }
    const result = await (await cleave.machines.get('front').split(fork)).wait()
    t.match(result, { way: 'fork', twin: null })
    await runIn(t, (group) => group.slice(-1))
    t.equal((await fetch('http://10.77.0.80/')).status, 200)
  })
})
