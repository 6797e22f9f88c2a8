/** One split of a real machine, seen from outside: by witnesses, by a client, and by what each child says of itself. */

import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { startShopClient } from '../../packaging/demo/shop-client.ts'
import type { SplitResult } from '../../sdk/operation/split/result.ts'
import { bridgeHost, openTestHost } from './support/host.ts'
import { collectWitnesses, irregularities } from './support/witness-collector.ts'

const children = [
  { name: 'front', groups: ['shop', 'witness-a'] },
  { name: 'middle', groups: ['witness-b'] },
  { name: 'back', groups: ['witness-c'] },
]

t.test('a split keeps every group running exactly once', { timeout: 470_000 }, async (t) => {
  await using host = await openTestHost()
  const machine = await host.startMachine('whole')
  await using witnesses = await collectWitnesses({ host: bridgeHost, port: 4000 })
  const before = await host.shell('whole')
  const parentIdentity = await identityIn(before.run)
  const client = await startShopClient('10.77.0.80', 80)
  await delay(1500)

  const operation = await machine.split({ children, rest: 'back' })
  const result = await operation.wait()
  await witnesses.seenAgain(['witness-a', 'witness-b', 'witness-c'], 100)
  await client.stop()

  await t.test('every witness sends each number once, from its own child, by the same process', async (t) => {
    for (const [index, { name }] of children.entries()) {
      const group = `witness-${'abc'[index]}`
      const sightings = witnesses.sightings(group)
      t.same(irregularities(sightings), [], group)
      const after = sightings.slice(-100)
      const own = addressOf(result, name)
      t.ok(after.length === 100 && after.every(({ from }) => from === own), `${group} comes from ${name}`)
    }
  })

  await t.test('a client of the service address keeps its connection and loses no request', async (t) => {
    t.match(client.report(), { failures: 0, connectionKept: true })
    t.equal(client.lostVisits(), 0)
  })

  await t.test('each child runs its own groups and no other', async (t) => {
    for (const child of result.children) {
      const { groups } = await host.cleave.machines.get(child.name).groups()
      const running = groups.filter(({ processes }) => processes.length > 0).map(({ name }) => name)
      t.same(running.sort(), child.groups.toSorted(), child.name)
    }
  })

  await t.test('each child has an identity of its own', async (t) => {
    const identities = [parentIdentity]
    for (const child of result.children) {
      t.same(
        child.identity.filter(({ item, done }) => !done && item !== 'smbios-uuid'),
        [],
        child.name,
      )
      const shell = await host.shell(child.name)
      const identity = await identityIn(shell.run)
      t.equal(identity.hostname, child.name)
      t.match(identity.addresses, child.address)
      identities.push(identity)
    }
    for (const item of ['hostname', 'machineId', 'bootId', 'macAddress', 'sshHostKey', 'random'] as const) {
      const values = identities.map((identity) => identity[item])
      // One child keeps the MAC address of its parent, which is gone.
      const distinct = item === 'macAddress' ? identities.length - 1 : identities.length
      t.equal(new Set(values).size, distinct, `${item}: ${values.join(' ')}`)
    }
  })

  await t.test('the service address is on the child that owns the group, and on no other', async (t) => {
    for (const child of result.children) {
      const { addresses } = await identityIn((await host.shell(child.name)).run)
      t.equal(addresses.includes('10.77.0.80/'), child.name === 'front', child.name)
    }
  })

  await t.test('the parent is gone, its children stay on its disk', async (t) => {
    t.equal(await machine.status(), 'absent')
    t.match(machine.record(), { state: 'split' })
    await t.rejects(machine.start(), { code: 'MACHINE_SPLIT' })
    await t.rejects(machine.delete(), { code: 'DISK_IN_USE' })
    const traces = await host.traces()
    t.equal(traces.processes.length, 3)
    t.same(traces.memoryFiles, [])
  })
})

function addressOf(result: SplitResult, child: string): string | undefined {
  return result.children.find(({ name }) => name === child)?.address.split('/')[0]
}

async function identityIn(run: (command: string) => Promise<string>) {
  return {
    hostname: await run('hostname'),
    machineId: await run('cat /etc/machine-id'),
    bootId: await run('cat /proc/sys/kernel/random/boot_id'),
    macAddress: await run('cat /sys/class/net/e*/address'),
    addresses: await run('ip -o -4 address show scope global'),
    sshHostKey: await run('cat /etc/ssh/ssh_host_ed25519_key.pub'),
    random: await run('head -c 16 /dev/urandom | od -An -tx1'),
  }
}
