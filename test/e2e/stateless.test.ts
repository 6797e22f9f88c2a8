/** Splits whose children boot: with other resources, and with no group started before it is known where it runs. */

import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { beginSplit } from '../../sdk/operation/split/begin.ts'
import type { NamedAssignment } from '../../sdk/planning/assignment.ts'
import { openStore } from '../../sdk/store/store.ts'
import { bridgeHost, openTestHost } from './support/host.ts'
import { collectWitnesses, type Sighting } from './support/witness-collector.ts'

const witnesses = ['witness-a', 'witness-b', 'witness-c']

/** One process after the other, never two at once. */
function overlaps(sightings: readonly Sighting[]): string[] {
  const boots = sightings.map(({ boot }) => boot).filter((boot, index, all) => boot !== all[index - 1])
  return new Set(boots).size === boots.length ? [] : [`taken in turns: ${boots.join(' ')}`]
}

const plainAddress = (address: string) => address.split('/')[0]

t.test('children boot with what each is given', { timeout: 600_000 }, async (t) => {
  await using host = await openTestHost()
  const { cleave } = host
  const machine = await host.startMachine('whole')
  await using collector = await collectWitnesses({ host: bridgeHost, port: 4000 })
  using store = openStore({ path: join(host.home, 'store.db') })
  const ports = { store, hypervisor: cleave.hypervisor, settings: cleave.settings }
  const shell = await host.shell('whole')

  const request: NamedAssignment = {
    way: 'delta',
    children: [
      { name: 'front', groups: ['shop', 'witness-a'], cpus: 2, memoryMiB: 768, address: '10.77.0.99/24' },
      {
        name: 'back',
        groups: ['witness-b', 'witness-c'],
        memoryMiB: 384,
        diskBytes: 8 * 2 ** 30,
        kernelParameters: 'cleave.test=1 loglevel=3',
      },
    ],
    rest: 'back',
  }

  /** Every witness runs in this machine alone, and has never run in two. */
  const allRunIn = async (t: Test, expected: Record<string, string>) => {
    await delay(1500)
    for (const group of witnesses) {
      const sightings = collector.sightings(group)
      t.same(overlaps(sightings), [], group)
      const owner = plainAddress(cleave.machines.get(expected[group] ?? '').record().address)
      const last = sightings.slice(-50)
      t.ok(
        last.length === 50 && last.every(({ from }) => from === owner),
        `${group} runs in ${expected[group]}`,
      )
      t.ok(performance.now() - (last.at(-1)?.at ?? 0) < 5000, `${group} runs now`)
    }
  }
  const inWhole = Object.fromEntries(witnesses.map((group) => [group, 'whole']))

  await t.test('what no unit starts again is refused by name, and nothing is changed', async (t) => {
    await shell.run('setsid systemd-run --scope --unit=byhand sleep 4711 > /dev/null 2>&1 & sleep 2')
    await t.rejects(machine.split(request), { code: 'NOT_RESTARTABLE', message: /sleep \(\d+\)/ })
    await shell.run('systemctl stop byhand.scope')
    await shell.run('systemd-run --unit=passing sleep 4712')
    const operation = await machine.split(request)
    await t.rejects(operation.wait(), {
      code: 'OPERATION_UNDONE',
      message: /passing\.service was made for this boot alone/,
    })
    await shell.run('systemctl stop passing')
    await t.rejects(
      machine.split({
        ...request,
        children: [{ name: 'one', groups: witnesses, address: '10.77.0.80/24' }],
        rest: 'one',
      }),
      { code: 'ADDRESS_TAKEN' },
    )
    await t.rejects(machine.split({ ...request, way: 'fork' }), { code: 'RESOURCES_DIFFER', remedy: /delta/ })
    const narrow = { ...request, children: request.children.map((child) => ({ ...child, diskBytes: 512 })) }
    await t.rejects((await machine.split(narrow)).wait(), {
      code: 'OPERATION_UNDONE',
      message: /can't have 512/,
    })
    await allRunIn(t, inWhole)
    t.equal((await host.traces()).processes.length, 1)
  })

  for (const step of ['stop', 'boot', 'commit']) {
    await t.test(`a failure at ${step} takes all back`, async (t) => {
      const intervene = async (now: string) => {
        if (now !== step) return
        const boots = new Set(collector.sightings('witness-a').map(({ boot }) => boot))
        await delay(1000)
        for (const { boot } of collector.sightings('witness-a').slice(-1)) t.ok(boots.has(boot), 'held')
        throw new Error(`${step} was made to fail`)
      }
      const operation = await beginSplit(ports, { machine: 'whole', request, intervene })
      await t.rejects(operation.wait(), { code: 'OPERATION_UNDONE' })
      t.same(
        cleave.machines.list().map(({ name }) => name),
        ['whole'],
      )
      const traces = await host.traces()
      t.equal(traces.processes.length, 1)
      t.same(traces.folders, ['whole'])
      await allRunIn(t, inWhole)
    })
  }

  await t.test('each group in its own child, with its own resources', async (t) => {
    const again = await host.shell('whole')
    await again.run("printf '[Service]\\nExecStart=/bin/sleep 4713\\n' > /etc/systemd/system/hand.service")
    await again.run('systemctl start hand; echo kept > /root/kept; mkdir -p /etc/cleave/groups.d')
    const operation = await machine.split(request)
    const result = await operation.wait()
    t.match(result, { way: 'delta', pauseMs: null })
    t.comment(`disks ${result.disksMs} ms, down ${result.downMs} ms`)
    t.same(
      result.children.flatMap(({ failures }) => failures),
      [],
    )
    await allRunIn(t, { 'witness-a': 'front', 'witness-b': 'back', 'witness-c': 'back' })
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
    await allRunIn(t, { 'witness-a': 'front', 'witness-b': 'b', 'witness-c': 'c' })
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
    await allRunIn(t, { 'witness-a': 'a', 'witness-b': 'b', 'witness-c': 'c' })
    t.equal((await fetch('http://10.77.0.80/')).status, 200)
  })
})
