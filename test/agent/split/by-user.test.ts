import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSurvey } from '../../../agent/group/survey.ts'
import { foreignGroups } from '../../../agent/split/foreign-markers.ts'
import { freezeLine, resumeLine } from '../../../proto/adopter.ts'
import type { Grouping, QuiesceRequest } from '../../../proto/generated/messages.ts'
import { createRealGuest, type RealGuest } from '../group/control/real-guest.ts'
import {
  addInterface,
  addressesOf,
  createSampleRoot,
  identityOf,
  requestOf,
  type SampleRoot,
} from '../identity/sample-root.ts'
import { isInNamespaces, runInNamespaces } from '../namespaces.ts'
import { childOf, createMachine, entropy, grows, orderFor, stands } from './sample-machine.ts'

if (isInNamespaces()) await testByUser()
else await runInNamespaces(import.meta.filename)

async function testByUser(): Promise<void> {
  const { default: t } = await import('tap')
  t.setTimeout(120_000)
  await addInterface()

  // Whoever runs the tests may leave files open to everything below: these would couple the users.
  const closeInherited = 'perl -e "use POSIX (); POSIX::close(\\$_) for 5 .. 1023; exec @ARGV"'
  /** Opens its file as root, and then appends to it as the user. */
  const witness = (user: string, file: string, before = '') =>
    `exec 3>>${file} 4>&- 2>/dev/null; ${before} exec ${closeInherited} setpriv --reuid=${user} --clear-groups sh -c 'echo ready; while :; do echo x >&3; sleep 0.02; done'`

  const files = {
    'etc/machine-id': 'f'.repeat(32),
    'etc/passwd': readFileSync('/etc/passwd', 'utf8'),
    'tmp/empty': '',
    'groups.d/site.yaml':
      'match: { users: [daemon], units: [site.service, site.timer] }\nserviceAddress: 10.77.0.81/24\n',
    'groups.d/idle.yaml': 'match: { units: [idle.service] }\nserviceAddress: 10.77.0.82/24\n',
  }

  /** The agent's own survey of what is below the guest's cgroup; all else here is infrastructure. */
  function surveyOf(guest: RealGuest, { root }: SampleRoot) {
    const { survey } = createSurvey({
      groupsFolder: join(root, 'groups.d'),
      foreign: () => foreignGroups(root),
    })
    return async (grouping?: Grouping) => {
      const found = await survey(grouping)
      for (const process of found.processes) {
        if (process.cgroup.startsWith(`${guest.top}/`)) continue
        process.replicated = true
        process.group = ''
      }
      return found
    }
  }

  async function startUsers(guest: RealGuest, file: (name: string) => string) {
    const shared = guest.cgroup('shared.slice')
    const start = (user: string, name: string, cgroup: string) =>
      guest.start({ group: user, script: witness(user, file(name)), cgroup })
    await start('daemon', 'daemon', guest.cgroup('one'))
    await start('daemon', 'daemon-2', shared)
    await start('bin', 'bin', guest.cgroup('two'))
    await start('bin', 'bin-2', shared)
    return { daemon: ['daemon', 'daemon-2'].map(file), bin: ['bin', 'bin-2'].map(file) }
  }

  const plan: QuiesceRequest = {
    operationId: 'split-1',
    children: [childOf('front', '1', ['bin', 'root']), childOf('back', '2', ['daemon'])],
    replicated: [],
    grouping: 'GROUPING_USER',
  }

  for (const { child, runs, foreign, marks, groups, address } of [
    {
      child: 'front',
      runs: 'bin' as const,
      foreign: 'daemon' as const,
      marks: ['site.group', 'site.service', 'site.timer'],
      groups: ['site'],
      address: '10.77.0.82/24',
    },
    {
      child: 'back',
      runs: 'daemon' as const,
      foreign: 'bin' as const,
      marks: ['idle.group', 'idle.service'],
      groups: ['idle'],
      address: '10.77.0.81/24',
    },
  ]) {
    t.test(
      `the child ${child} goes on with its own user, and with what is declared of that user`,
      async (t) => {
        await using sample = await createSampleRoot(files)
        await using guest = createRealGuest()
        const machine = createMachine(guest, sample, { survey: surveyOf(guest, sample) })
        const { split, identity } = machine
        const users = await startUsers(guest, machine.file)
        await identity.establish(requestOf(identityOf()))
        const { groups: quiesced } = await split.quiesce(plan)
        t.match(
          quiesced.map(({ group, cgroups }) => [group, cgroups.length]),
          [
            ['bin', 2],
            ['root', 0],
            ['daemon', 2],
          ],
        )
        t.equal(await machine.order(freezeLine), 'frozen')
        for (const file of [...users.daemon, ...users.bin]) t.ok(await stands(file), file)

        t.equal(await machine.order(orderFor(child)), 'adopted')
        t.same(readdirSync(join(sample.root, 'run/cleave/foreign')).sort(), marks)
        t.same([...foreignGroups(sample.root)], groups, 'declared groups, and no user of that name')
        const own = (await addressesOf('eth0')).filter((one) => one.startsWith('10.77.0.8'))
        t.same(own, [address])
        t.equal(await machine.order(resumeLine), 'resumed')
        for (const file of users[runs]) t.ok(await grows(file), file)
        for (const file of users[foreign]) t.ok(await stands(file), file)
        t.match(await split.settle({ operationId: 'split-1', entropy }), {
          foreign: [{ group: foreign }],
        })
        for (const file of users[runs]) t.ok(await grows(file), file)
        await machine.end()

        const { survey } = createSurvey({
          groupsFolder: join(sample.root, 'groups.d'),
          foreign: () => foreignGroups(sample.root),
        })
        const { groups: users2 } = await survey('GROUPING_USER')
        const declared = users2.flatMap(({ declaredGroups }) => declaredGroups)
        t.notOk(declared.includes(groups[0] ?? ''), 'no user of this machine has what belongs to another')
      },
    )
  }

  t.test('who is coupled since the plan was made is not parted', async (t) => {
    await using sample = await createSampleRoot(files)
    await using guest = createRealGuest()
    const machine = createMachine(guest, sample, { survey: surveyOf(guest, sample) })
    const users = await startUsers(guest, machine.file)
    const both = machine.file('both')
    for (const user of ['daemon', 'bin']) {
      const script = witness(user, machine.file(`${user}-3`), `exec 4>>${both};`)
      await guest.start({ group: user, script, cgroup: guest.cgroup(`${user}-3`) })
    }
    await t.rejects(machine.split.quiesce(plan), {
      code: 'GUEST_CHANGED',
      message: /bin and daemon, which it parts, are coupled: written file .*both/,
    })
    for (const file of [...users.daemon, ...users.bin]) t.ok(await grows(file), file)
    t.equal(machine.split.currentOperation(), '')
  })

  t.test('a user who came since the plan was made is not frozen', async (t) => {
    await using sample = await createSampleRoot(files)
    await using guest = createRealGuest()
    const machine = createMachine(guest, sample, { survey: surveyOf(guest, sample) })
    await startUsers(guest, machine.file)
    const script = witness('nobody', machine.file('nobody'))
    await guest.start({ group: 'nobody', script, cgroup: guest.cgroup('nobody') })
    await t.rejects(machine.split.quiesce(plan), { code: 'GUEST_CHANGED', message: /group nobody/ })
    const more = {
      group: 'bin',
      script: witness('bin', machine.file('later')),
      cgroup: guest.cgroup('later'),
    }
    const children = [childOf('front', '1', ['bin', 'root']), childOf('back', '2', ['daemon', 'nobody'])]
    await guest.start(more)
    await machine.split.quiesce({ ...plan, children })
    t.equal(await machine.order(freezeLine), 'frozen')
    t.ok(await stands(machine.file('later')), 'what a user of the plan starts meanwhile is the same group')
    await machine.split.release({ operationId: 'split-1' })
    t.ok(await grows(machine.file('later')))
  })
}
