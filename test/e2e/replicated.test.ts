/** Groups that keep no state of their own go on in several children of a real machine, all others in one. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { readRules } from '../../sdk/cli/arguments/rules-file.ts'
import { bridgeHost, openTestHost } from './support/host.ts'
import { collectWitnesses, irregularities } from './support/witness-collector.ts'

const children = [
  { name: 'front', groups: ['shop', 'witness-b'] },
  { name: 'middle', groups: ['witness-a', 'witness-b'] },
  { name: 'back', groups: [] },
]
/** Where each goes on. */
const homes = {
  'witness-a': ['middle'],
  'witness-b': ['front', 'middle'],
  'witness-c': ['front', 'middle', 'back'],
}

t.test('replicated groups, and groups on every child', { timeout: 470_000 }, async (t) => {
  await using host = await openTestHost()
  const machine = await host.startMachine('whole')
  const parentAddress = machine.record().address.split('/')[0]
  await using witnesses = await collectWitnesses({ host: bridgeHost, port: 4000 })
  await delay(1500)

  const file = join(host.home, 'rules.yaml')
  await writeFile(file, 'replicated: [witness-b]\neveryChild: [witness-c]\n')
  const rules = await readRules(file)
  await t.rejects(machine.split({ children, rules: { everyChild: ['witness-c'] } }), {
    code: 'GROUP_NAMED_TWICE',
    message: /witness-b/,
  })
  await t.rejects(machine.planSplit({ children, rules: { ...rules, everyChild: ['shop', 'witness-c'] } }), {
    code: 'NOT_REPLICABLE',
    message: /10\.77\.0\.80/,
  })

  const operation = await machine.split({ children, rules })
  const result = await operation.wait()
  await delay(2500)
  const addressOf = (child: string) =>
    result.children.find(({ name }) => name === child)?.address.split('/')[0] ?? ''

  await t.test('each copy goes on from the same number, and none is where it was not named', async (t) => {
    for (const [group, homesOf] of Object.entries(homes)) {
      const sightings = witnesses.sightings(group)
      const senders = new Set(sightings.map(({ from }) => from))
      t.same([...senders].sort(), [parentAddress, ...homesOf.map(addressOf)].sort(), group)
      for (const child of homesOf) {
        const line = sightings.filter(({ from }) => from === parentAddress || from === addressOf(child))
        t.same(irregularities(line), [], `${group} on ${child}: every number once, by the same process`)
        t.ok(
          line.slice(-100).every(({ from }) => from === addressOf(child)),
          `${group} runs on ${child}`,
        )
      }
    }
  })

  await t.test('each child runs what was named for it, and has ended the rest', async (t) => {
    const all = ['shop', ...Object.keys(homes)]
    for (const child of result.children) {
      const own = child.groups.toSorted()
      t.same(own, all.filter((group) => ownersOf(group).includes(child.name)).sort(), child.name)
      const { groups } = await host.cleave.machines.get(child.name).groups()
      const running = groups.filter(({ processes }) => processes.length > 0).map(({ name }) => name)
      t.same(running.sort(), own, child.name)
      t.same(
        child.foreign.map(({ group }) => group).sort(),
        all.filter((group) => !own.includes(group)).sort(),
        `ended in ${child.name}`,
      )
    }
  })

  await t.test('where it is foreign it does not start again', async (t) => {
    for (const name of ['front', 'middle', 'back']) {
      const { run } = await host.shell(name)
      await run('systemctl restart witness@b.service')
      const isActive = await run('systemctl is-active witness@b.service || true')
      t.equal(isActive, name === 'back' ? 'inactive' : 'active', name)
    }
  })

  await t.test('the service address is on one child alone', async (t) => {
    for (const name of ['front', 'middle', 'back']) {
      const addresses = await (await host.shell(name)).run('ip -o -4 address show scope global')
      t.equal(addresses.includes('10.77.0.80/'), name === 'front', name)
    }
  })
})

function ownersOf(group: string): readonly string[] {
  return group === 'shop' ? ['front'] : (homes[group as keyof typeof homes] ?? [])
}
