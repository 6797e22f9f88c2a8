import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createSurvey } from '../../../agent/group/survey.ts'
import { GroupState } from '../../../proto/generated/messages.ts'
import { sleeper, startPerl } from '../process/sample-process.ts'
import { startPair } from './coupling/sample-pair.ts'
import { fillCgroups } from './sample-cgroup.ts'

const top = `cleave-test-${process.pid}`

t.test('declared and discovered groups of real processes', async (t) => {
  const [shop, mail, lone, bus] = await Promise.all([
    startPair(t, {
      before: 'pipe(my $r, my $w) or die',
      first: 'push @keep, $r; close $w',
      second: 'push @keep, $w; close $r',
      after: 'close $r; close $w',
    }),
    startPerl(t, sleeper, { uid: 65_534 }),
    startPerl(t, sleeper),
    startPerl(t, sleeper),
  ])
  const folder = t.testdir({
    'shop.yaml': `match: { pids: [${shop.first}] }\nserviceAddress: 10.77.0.80/24\n`,
    'mail.yaml': `match: { users: [nobody] }\ntogether: [stopped]\nendpoints: [{ name: smtp, protocol: tcp, port: 25 }]\n`,
    'stopped.yaml': 'match: { units: [stopped.service] }\n',
    'wrong.yaml': 'match: { unit: [x.service] }\n',
  })
  fillCgroups(
    t,
    new Map([
      [`/${top}.slice/lone.service`, [lone.pid]],
      [`/${top}.slice/dbus.service`, [bus.pid]],
    ]),
  )
  const { survey } = createSurvey({ groupsFolder: folder })
  const found = await survey()
  const group = (name: string) => found.groups.find((one) => one.name === name)
  const process = (pid: number) => found.processes.find(({ id }) => id?.pid === pid)

  t.match(group('shop'), { origin: 'GROUP_ORIGIN_DECLARED', serviceAddresses: ['10.77.0.80/24'] })
  t.same(
    group('shop')
      ?.processes.map(({ pid }) => pid)
      .sort(),
    [shop.first, shop.second].sort(),
    'what a pipe joins to it',
  )
  t.match(group('mail'), { users: ['nobody'], endpoints: [{ name: 'smtp', protocol: 'tcp', port: 25 }] })
  t.match(group('stopped'), { state: 'GROUP_STATE_STOPPED', units: ['stopped.service'] })
  t.match(group('lone'), { origin: 'GROUP_ORIGIN_DISCOVERED', units: ['lone.service'] })
  t.match(process(lone.pid), { unit: 'lone.service', group: 'lone', replicated: false })
  t.match(process(bus.pid), { unit: 'dbus.service', group: '', replicated: true })
  t.match(process(shop.second), { group: 'shop' })
  t.match(process(globalThis.process.pid), { group: '', replicated: true })
  t.match(
    found.bonds.filter(({ group: one }) => one === 'mail'),
    [{ other: 'stopped' }],
  )
  t.match(found.problems[0], /wrong\.yaml:1:\d+: match: unknown key "unit"$/)
  t.match(
    found.declarations.map(({ name }) => name),
    ['mail', 'shop', 'stopped'],
  )
  t.ok(found.edges.length <= 10_000)
  t.notOk(
    found.processes.some(({ name }) => name === 'ss'),
    'not what it listed sockets with',
  )

  const byUser = await survey('GROUPING_USER')
  t.match(
    byUser.groups.find(({ name }) => name === 'nobody'),
    {
      origin: 'GROUP_ORIGIN_USER',
      processes: [{ pid: mail.pid }],
    },
  )
})

t.test('the state of a group can be told by who knows it', async (t) => {
  const { pid } = await startPerl(t, sleeper)
  const folder = t.testdir({ 'frozen.yaml': `match: { pids: [${pid}] }\n` })
  const { survey } = createSurvey({
    groupsFolder: folder,
    stateOf: ({ name }, members) =>
      name === 'frozen' && members[0]?.id?.pid === pid ? GroupState.GROUP_STATE_FROZEN : undefined,
  })
  const { groups } = await survey()
  t.match(groups[0], { name: 'frozen', state: 'GROUP_STATE_FROZEN' })
  t.notOk(groups.slice(1).some(({ state }) => state === 'GROUP_STATE_FROZEN'))
})

t.test('files are read again when they change', async (t) => {
  const { pid } = await startPerl(t, sleeper)
  const folder = t.testdir({})
  const { survey } = createSurvey({ groupsFolder: folder })
  const groupNow = async () => (await survey()).processes.find(({ id }) => id?.pid === pid)?.group
  t.match(await groupNow(), /^perl-\d+$/)
  writeFileSync(join(folder, 'late.yaml'), `match: { pids: [${pid}] }\n`)
  t.equal(await groupNow(), 'late')
})

t.test('more infrastructure can be named', async (t) => {
  const { pid } = await startPerl(t, sleeper)
  fillCgroups(t, new Map([[`/${top}.slice/backup-a.service`, [pid]]]))
  const { survey } = createSurvey({ groupsFolder: '/nowhere', infrastructure: ['backup-*.service'] })
  const { processes } = await survey()
  t.match(
    processes.find(({ id }) => id?.pid === pid),
    { replicated: true, group: '' },
  )
})

t.test('without the tool that lists sockets there is no answer, and it is said why', async (t) => {
  const { PATH } = process.env
  t.teardown(() => {
    process.env['PATH'] = PATH
  })
  process.env['PATH'] = '/nowhere'
  const { survey } = createSurvey({ groupsFolder: '/nowhere' })
  await t.rejects(survey(), {
    name: 'UnavailableError',
    code: 'SOCKETS_UNREADABLE',
    remedy: /Install iproute2/,
  })
})
