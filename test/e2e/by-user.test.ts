/** A real machine is split by user: each user's processes go on in exactly one child, with what is declared of the user. */
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import t, { type Test } from 'tap'
import type { SplitResult } from '../../sdk/operation/split/result.ts'
import { bridgeHost, openTestHost, type TestHost } from './support/host.ts'
import { collectWitnesses, irregularities, type WitnessCollector } from './support/witness-collector.ts'

const children = [
  { name: 'one', groups: ['alice'] },
  { name: 'two', groups: ['bob'] },
]
const expected = { one: ['alice'], two: ['bob'], three: ['carol', 'root'] }
const witnessesOf = {
  one: ['alice', 'alice-jobs'],
  two: ['bob'],
  three: ['carol', 'witness-a', 'witness-b', 'witness-c'],
}
const isElsewhere = (user: string) => !['alice', 'bob'].includes(user)
const words = ['--by', 'user', '--child', 'one=alice', '--child', 'two=bob', '--rest', 'three']

t.test('a split by user', { timeout: 470_000 }, async (t) => {
  await using host = await openTestHost()
  const machine = await host.startMachine('whole', { image: 'tenants' })
  const shell = await host.shell('whole')

  await t.test('users that are coupled are not parted, and the channel is named', async (t) => {
    const before = await host.traces()
    const python = (program: string) => `/usr/bin/python3 -c '${program}; import time; time.sleep(999)'`
    const listens =
      'import socket; s = socket.socket(socket.AF_UNIX); s.bind("\\0talk"); s.listen(); c = s.accept()'
    const connects = 'import socket; s = socket.socket(socket.AF_UNIX); s.connect("\\0talk")'
    await shell.run(
      `systemd-run --quiet --uid=alice --unit=talk-alice ${python(listens)}
       until grep -q @talk /proc/net/unix; do sleep 0.2; done
       systemd-run --quiet --uid=bob --unit=talk-bob ${python(connects)}
       until test $(grep -c @talk /proc/net/unix) -gt 1; do sleep 0.2; done`,
    )
    const { error, exitCode } = await cleave(host, 'split', 'whole', ...words)
    t.match(error, { code: 'COUPLED', message: /alice and bob \(unix socket @?talk/, remedy: /one child/ })
    t.equal(exitCode, 4)
    t.same(await host.traces(), before, 'nothing is changed')
    await shell.run('systemctl stop talk-alice talk-bob')
  })

  await t.test('the plan says who goes where', async (t) => {
    const { plan } = await cleave(host, 'split', 'whole', ...words, '--plan')
    t.match(plan, { grouping: 'user', children: [{ name: 'one', groups: ['alice'] }, { name: 'two' }, {}] })
    t.same(groupsByChild(plan.children), expected)
    const balanced = await machine.planSplit({ into: 4, grouping: 'user' })
    t.same(balanced.children.flatMap(({ groups }) => groups).sort(), ['alice', 'bob', 'carol', 'root'])
  })

  await using witnesses = await collectWitnesses({ host: bridgeHost, port: 4000 })
  await delay(1500)
  const operation = await machine.split({
    grouping: 'user',
    choose: ({ groups }) => ({
      children: [...children, { name: 'three', groups: groups.map(({ name }) => name).filter(isElsewhere) }],
    }),
  })
  const result = await operation.wait()
  await delay(2500)
  t.same(groupsByChild(result.children), expected)

  await t.test('every witness sends each number once, from the child of its user', async (t) => {
    for (const [child, groups] of Object.entries(witnessesOf)) {
      for (const group of groups) goesOn(t, witnesses, { group, from: addressOf(result, child) })
    }
  })

  await t.test('each child runs its own users and no other', async (t) => {
    for (const child of result.children)
      t.same(await usersIn(host, child.name), child.groups.toSorted(), child.name)
  })

  await t.test('what is declared of a user goes with the user, and so does its address', async (t) => {
    for (const { name } of result.children) {
      const { groups } = await host.cleave.machines.get(name).groups()
      const site = groups.find((group) => group.name === 'site')
      t.equal(site?.state, name === 'two' ? 'GROUP_STATE_RUNNING' : 'GROUP_STATE_FOREIGN', name)
      const addresses = await (await host.shell(name)).run('ip -o -4 address show scope global')
      t.equal(addresses.includes('10.77.0.81/'), name === 'two', name)
    }
  })

  await t.test('nothing of a user starts where the user is foreign, also what did not run', async (t) => {
    const units = ['tenant@alice.service', 'tenant-jobs@alice.service', 'tenant-report@alice.service']
    for (const { name } of result.children) {
      const { run } = await host.shell(name)
      for (const unit of units) {
        await run(`systemctl start ${unit}`)
        const met = await run(`systemctl show --property=ConditionResult ${unit}`)
        t.equal(met, name === 'one' ? 'ConditionResult=yes' : 'ConditionResult=no', `${unit} on ${name}`)
      }
      const timer = await run('systemctl is-active tenant-report@alice.timer || true')
      t.equal(timer, name === 'one' ? 'active' : 'inactive', name)
    }
    await delay(1000)
    t.same(irregularities(witnesses.sightings('alice')), [], 'alice still runs once')
  })

  await t.test('a child can be split by user again', async (t) => {
    const again = await host.cleave.machines.get('three').split({
      children: [
        { name: 'four', groups: ['carol'] },
        { name: 'five', groups: ['root'] },
      ],
      grouping: 'user',
    })
    const second = await again.wait()
    await delay(2500)
    goesOn(t, witnesses, { group: 'carol', from: addressOf(second, 'four') })
    for (const group of ['witness-a', 'witness-b', 'witness-c'])
      goesOn(t, witnesses, { group, from: addressOf(second, 'five') })
    t.same(await usersIn(host, 'four'), ['carol'])
    t.same(await usersIn(host, 'five'), ['root'])
    for (const name of ['four', 'five']) {
      const addresses = await (await host.shell(name)).run('ip -o -4 address show scope global')
      t.notOk(addresses.includes('10.77.0.81/'), `${name} has no address of another machine's user`)
    }
    for (const group of ['alice', 'alice-jobs', 'bob'])
      t.same(irregularities(witnesses.sightings(group)), [], group)
  })
})

/** The group has sent each number once, the last ones from one machine. */
function goesOn(
  t: Test,
  witnesses: WitnessCollector,
  { group, from }: { group: string; from: string },
): void {
  const sightings = witnesses.sightings(group)
  t.same(irregularities(sightings), [], group)
  const last = sightings.slice(-100)
  t.ok(last.length === 100 && last.every((one) => one.from === from), `${group} comes from ${from}`)
}

async function usersIn(host: TestHost, machine: string): Promise<string[]> {
  const { groups } = await host.cleave.machines.get(machine).groups({ grouping: 'GROUPING_USER' })
  return groups.filter(({ processes }) => processes.length > 0).map(({ name }) => name)
}

function groupsByChild(of: readonly { name: string; groups: string[] }[]): Record<string, string[]> {
  return Object.fromEntries(of.map(({ name, groups }) => [name, groups.toSorted()]))
}

function addressOf(result: SplitResult, child: string): string {
  return result.children.find(({ name }) => name === child)?.address.split('/')[0] ?? ''
}

async function cleave(host: TestHost, ...words: string[]) {
  const program = `${import.meta.dirname}/../../sdk/cli/main.ts`
  const { stdout, exitCode } = await execa(
    process.execPath,
    [program, '--home', host.home, '--json', ...words],
    {
      reject: false,
      timeout: 60_000,
    },
  )
  return { ...JSON.parse(stdout), exitCode }
}
