import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { foreignGroups } from '../../../agent/split/foreign-markers.ts'
import { freezeLine, resumeLine } from '../../../proto/adopter.ts'
import type { QuiesceRequest } from '../../../proto/generated/messages.ts'
import { createRealGuest, type RealGuest } from '../group/control/real-guest.ts'
import {
  addInterface,
  addressesOf,
  createSampleRoot,
  identityOf,
  requestOf,
} from '../identity/sample-root.ts'
import { isInNamespaces, runInNamespaces } from '../namespaces.ts'
import { childOf, createMachine, entropy, grows, type Machine, orderFor, stands } from './sample-machine.ts'

if (isInNamespaces()) await testSplit()
else await runInNamespaces(import.meta.filename)

async function testSplit(): Promise<void> {
  const { default: t } = await import('tap')
  t.setTimeout(120_000)
  await addInterface()

  /** A process that appends to a file as long as it runs, and also when it is asked to end. */
  const witness = (file: string) =>
    `trap 'echo asked >> ${file}; exit' TERM; echo begin > ${file}; echo ready; while :; do echo x >> ${file}; sleep 0.02; done`

  const createSample = () => createSampleRoot({ 'etc/machine-id': 'f'.repeat(32), 'tmp/empty': '' })

  /** As a host does it. */
  async function freezeAll({ split, order }: Machine, request: QuiesceRequest) {
    const quiesced = await split.quiesce(request)
    t.equal(await order(freezeLine), 'frozen')
    return quiesced
  }

  async function startTwo(guest: RealGuest, file: (name: string) => string) {
    guest.describe('shop', { serviceAddresses: ['10.77.0.80/24'], units: ['shop.service'] })
    guest.describe('mail', {
      serviceAddresses: ['10.77.0.25/24'],
      units: ['mail.service', 'session-1.scope'],
    })
    const shared = guest.cgroup('shared')
    await guest.start({ group: 'shop', script: witness(file('shop')), cgroup: guest.cgroup('shop') })
    await guest.start({ group: 'shop', script: witness(file('shop-2')), cgroup: shared })
    await guest.start({ group: 'mail', script: witness(file('mail')), cgroup: guest.cgroup('mail') })
    await guest.start({ group: 'mail', script: witness(file('mail-2')), cgroup: shared })
    return ['shop', 'shop-2', 'mail', 'mail-2'].map(file)
  }

  const planOf = (front: string[], back: string[], operationId = 'split-1') => ({
    operationId,
    children: [childOf('front', '1', front), childOf('back', '2', back)],
    replicated: [] as string[],
    grouping: 'GROUPING_UNSPECIFIED' as const,
  })
  const plan = planOf(['shop'], ['mail'])
  const operation = { operationId: 'split-1' }

  t.test('a child goes on with its own groups, and the foreign ones never run again', async (t) => {
    await using sample = await createSample()
    await using guest = createRealGuest()
    const machine = createMachine(guest, sample)
    const { split, identity, control } = machine
    const files = await startTwo(guest, machine.file)
    const [shop = '', shop2 = '', mail = '', mail2 = ''] = files
    await identity.establish(requestOf(identityOf()))

    const quiesced = await split.quiesce(plan)
    for (const file of files) t.ok(await grows(file), 'they run until the host says so')
    // Processes come and go as long as nothing is frozen.
    const cgroupsOf = ({ groups }: typeof quiesced) => groups.map(({ group, cgroups }) => [group, cgroups])
    t.same(cgroupsOf(await split.quiesce(plan)), cgroupsOf(quiesced), 'the same again')
    t.match(await machine.order(orderFor('front')), /^failed\tadopter\tthe groups are not frozen$/)
    t.equal(await machine.order(freezeLine), 'frozen')
    t.match(
      quiesced.groups.map(({ group, cgroups }) => [group, cgroups.length]),
      [
        ['shop', 2],
        ['mail', 2],
      ],
    )
    for (const file of files) t.ok(await stands(file), file)
    t.equal(split.currentOperation(), 'split-1')
    await t.rejects(control.thaw({ group: 'shop' }), { code: 'BUSY', message: /split-1/ })
    await t.rejects(control.terminate({ group: 'mail', graceMilliseconds: 1 }), { code: 'BUSY' })

    await t.rejects(split.resume(operation), { code: 'WRONG_ORDER' })
    t.match(await machine.order(resumeLine), /^failed\tadopter\tit has not adopted$/)
    t.match(await machine.order(orderFor('front', 'split-2')), /^failed\tadopter\t.*split-2/)
    t.match(await machine.order(orderFor('middle')), /^failed\tadopter\t.*middle/)
    t.match(await machine.order('dance\n'), /^failed/)
    const sizes = files.map((file) => statSync(file).size)

    t.equal(await machine.order(orderFor('front')), 'adopted')
    t.same(
      files.map((file) => statSync(file).size),
      sizes,
      'nobody ran',
    )
    t.same(readdirSync(join(sample.root, 'run/cleave/foreign')).sort(), ['mail.group', 'mail.service'])
    t.same([...foreignGroups(sample.root)], ['mail'])
    const addresses = (await addressesOf('eth0')).filter((address) => address.startsWith('10.'))
    t.same(addresses.sort(), ['10.77.0.11/24', '10.77.0.80/24'])
    t.match(JSON.parse(sample.read('var/lib/cleave/identity.json')), { hostname: 'front', settled: false })
    t.match(await machine.order(orderFor('back')), /^failed\tadopter\tit has adopted already/)
    t.equal(split.currentOperation(), 'split-1')
    await t.rejects(split.release(operation), { code: 'WRONG_ORDER' }, 'a child is no parent')
    await t.rejects(control.thaw({ group: 'shop' }), { code: 'BUSY' })

    t.equal(await machine.order(resumeLine), 'resumed')
    t.ok(await grows(shop))
    t.ok(await grows(shop2))
    t.same(await split.resume(operation), { groups: ['shop'], milliseconds: 0 }, 'it is done')
    t.ok(await stands(mail))
    t.ok(await stands(mail2))
    await control.freeze({ group: 'shop' })
    await control.thaw({ group: 'shop' })

    const future = 'var/lib/cleave/children/00000000-0000-4000-8000-000000000002'
    t.match(sample.read(`${future}/identity.json`), /"hostname": "back"/)
    t.same(readdirSync(join(sample.root, future, 'foreign')), ['shop.group', 'shop.service'])
    const settled = await split.settle({ ...operation, entropy })
    t.same(await guest.members('mail'), [])
    t.notMatch(readFileSync(mail, 'utf8') + readFileSync(mail2, 'utf8'), /asked/)
    t.match(settled.foreign, [{ group: 'mail', units: ['mail.service'] }])
    t.ok(settled.foreign[0]?.processes.every(({ ending }) => ending === 'ENDING_KILLED'))
    t.match(
      settled.identity.map(({ item }) => item),
      [
        'foreign-marks',
        'network',
        'random-pool',
        'wall-clock',
        'hostname',
        'machine-id',
        'boot-id',
        'smbios-uuid',
        'identity-file',
        'random-seed',
        'dhcp',
        'iscsi-initiator',
        'nvme-host',
        'ssh-host-keys',
        'machine-id-in-memory',
        'agent-keys',
        'foreign-units',
      ],
    )
    t.same(readdirSync(join(sample.root, 'var/lib/cleave/foreign')).sort(), ['mail.group', 'mail.service'])
    t.notOk(existsSync(join(sample.root, 'var/lib/cleave/children')), 'nobody else has to know any more')
    t.same(await split.settle({ ...operation, entropy }), settled)
    t.equal(split.currentOperation(), '')
  })

  t.test('a parent that is not split after all goes on as it was', async (t) => {
    await using sample = await createSample()
    await using guest = createRealGuest()
    const machine = createMachine(guest, sample)
    const { split, control } = machine
    const files = await startTwo(guest, machine.file)
    guest.describe('stopped', {})
    await guest.start({
      group: 'frozen',
      script: witness(machine.file('frozen')),
      cgroup: guest.cgroup('frozen'),
    })
    await control.freeze({ group: 'frozen' })

    await freezeAll(machine, planOf(['shop', 'mail'], ['frozen', 'stopped', 'ended-meanwhile']))
    for (const file of files) t.ok(await stands(file), file)
    t.same(await split.release(operation), {
      groups: ['shop', 'mail', 'frozen', 'stopped', 'ended-meanwhile'],
    })
    for (const file of files) t.ok(await grows(file), file)
    t.ok(await stands(machine.file('frozen')), 'it was frozen before')
    t.match(await split.release(operation), {
      groups: ['shop', 'mail', 'frozen', 'stopped', 'ended-meanwhile'],
    })
    await t.rejects(split.quiesce(plan), { code: 'OPERATION_RELEASED' })
    t.same(await split.release({ operationId: 'split-never-begun' }), { groups: [] })
    await t.rejects(split.quiesce({ ...plan, operationId: 'split-never-begun' }), {
      code: 'OPERATION_RELEASED',
    })
    t.equal(split.currentOperation(), '')
    t.notOk(existsSync(join(sample.root, 'var/lib/cleave/children')))
    await control.thaw({ group: 'frozen' })
  })

  t.test('what a former freeze left behind does not hold who comes later', async (t) => {
    await using sample = await createSample()
    await using guest = createRealGuest()
    const machine = createMachine(guest, sample)
    const { split, control } = machine
    await startTwo(guest, machine.file)
    await control.freeze({ group: 'shop' })
    const [first] = (await guest.members('shop')).filter(({ cgroup }) => cgroup.endsWith('/cleave-shop'))
    const target = first?.cgroup ?? ''
    guest.tree.kill(target)
    for (let look = 0; look < 500 && guest.tree.events(target)?.populated; look++) await setTimeout(10)
    t.equal(guest.tree.isToldToFreeze(target), true)
    guest.tree.freeze(guest.cgroup('shop'), false)
    const shared = guest.cgroup('shared')
    await guest.start({ group: 'shop', script: witness(machine.file('later')), cgroup: shared })

    await freezeAll(machine, plan)
    t.ok(await stands(machine.file('later')))
    await split.release(operation)
    t.ok(await grows(machine.file('later')))
  })

  t.test('a replicated group goes on in every child', async (t) => {
    await using sample = await createSample()
    await using guest = createRealGuest()
    const machine = createMachine(guest, sample)
    const [shop = '', , mail = ''] = await startTwo(guest, machine.file)
    await machine.identity.establish(requestOf(identityOf()))
    await freezeAll(machine, { ...planOf(['shop', 'mail'], ['mail']), replicated: ['mail'] })
    t.equal(await machine.order(orderFor('back')), 'adopted')
    t.same([...foreignGroups(sample.root)], ['shop'])
    t.equal(await machine.order(resumeLine), 'resumed')
    t.ok(await grows(mail))
    t.ok(await stands(shop))
    await machine.split.settle({ ...operation, entropy })
    await machine.end()
  })

  t.test('a guest that is not as the plan has it runs on', async (t) => {
    await using sample = await createSample()
    await using guest = createRealGuest()
    const machine = createMachine(guest, sample)
    const { split, control } = machine
    const files = await startTwo(guest, machine.file)
    await t.rejects(split.quiesce(planOf(['shop'], [])), {
      code: 'GUEST_CHANGED',
      message: /sh \(pid \d+\) runs in group mail/,
    })
    for (const file of files) t.ok(await grows(file), file)
    t.equal(split.currentOperation(), '')
    await control.freeze({ group: 'mail' })
    await control.thaw({ group: 'mail' })
    await t.rejects(split.quiesce(planOf(['shop'], ['shop'])), { code: 'GROUP_NAMED_TWICE' })
    await t.rejects(split.quiesce(planOf(['../x'], [])), { code: 'BAD_NAME' })
    await t.rejects(split.quiesce({ ...plan, operationId: 'a/b' }), { code: 'BAD_OPERATION_ID' })
  })

  t.test('who starts before the others freeze is found', async (t) => {
    await using sample = await createSample()
    await using guest = createRealGuest()
    const machine = createMachine(guest, sample)
    const files = await startTwo(guest, machine.file)
    const cgroup = guest.cgroup('shared')
    await machine.split.quiesce(plan)
    await guest.start({ group: 'shop', script: witness(machine.file('late')), cgroup })
    const all = [...files, machine.file('late')]
    t.match(await machine.order(freezeLine), /^failed\tguest\tprocess \d+ in .*shared started/)
    for (const file of all) t.ok(await grows(file), 'all run on')
    await freezeAll(machine, plan)
    for (const file of all) t.ok(await stands(file), file)
    await machine.split.release(operation)
    for (const file of all) t.ok(await grows(file), file)

    const second = { ...plan, operationId: 'split-2' }
    await machine.split.quiesce(second)
    await guest.start({ group: 'new', script: witness(machine.file('new')), cgroup })
    t.match(await machine.order(freezeLine), /^failed\tguest/)
    await t.rejects(machine.split.quiesce(second), { code: 'GUEST_CHANGED', message: /group new/ })
    for (const file of [...all, machine.file('new')]) t.ok(await grows(file), file)
    t.equal(machine.split.currentOperation(), '')
  })

  t.test('an agent that was started anew knows what is frozen', async (t) => {
    await using sample = await createSample()
    await using guest = createRealGuest()
    const machine = createMachine(guest, sample)
    const files = await startTwo(guest, machine.file)
    await freezeAll(machine, plan)
    await machine.end()

    const second = machine.start()
    t.equal(second.split.currentOperation(), 'split-1')
    await t.rejects(second.control.thaw({ group: 'shop' }), { code: 'BUSY' })
    for (const file of files) t.ok(await stands(file), file)
    t.match(await machine.start().split.release(operation), { groups: ['shop', 'mail'] })
    for (const file of files) t.ok(await grows(file), file)
    await machine.end()

    sample.write('run/cleave/quiesce.json', 'x')
    t.throws(() => machine.start(), { code: 'BAD_SPLIT_STATE' })
  })

  t.test('an agent that was started anew after a freeze can get ready for it again', async (t) => {
    await using sample = await createSample()
    await using guest = createRealGuest()
    const machine = createMachine(guest, sample)
    const files = await startTwo(guest, machine.file)
    await freezeAll(machine, plan)
    await machine.end()

    const { split } = machine.start()
    await split.quiesce(plan)
    for (const file of files) t.ok(await stands(file), 'what the split froze stays so')
    await split.release(operation)
    for (const file of files) t.ok(await grows(file), file)
  })

  t.test('who starts after everything was frozen makes the split fail', async (t) => {
    await using sample = await createSample()
    await using guest = createRealGuest()
    const machine = createMachine(guest, sample)
    await startTwo(guest, machine.file)
    await freezeAll(machine, plan)
    await guest.start({ group: 'shop', script: witness(machine.file('late')), cgroup: guest.cgroup('new') })
    t.match(
      await machine.order(orderFor('front')),
      /^failed\tguest\tprocess \d+ in .*new started while all were/,
    )
    t.notSame(await guest.members('mail'), [])
    await machine.split.release(operation)
  })

  t.test('what systemd starts in a foreign cgroup after the kill never runs', async (t) => {
    await using sample = await createSample()
    await using guest = createRealGuest()
    const machine = createMachine(guest, sample)
    const { split } = machine
    await startTwo(guest, machine.file)
    await freezeAll(machine, plan)

    const cgroup = guest.cgroup('mail')
    const ran = machine.file('stop-post')
    let tries = 0
    const answering = (async () => {
      // As ExecStopPost= does: into the cgroup as soon as it is empty, five times.
      while (tries < 5) {
        if (guest.tree.events(cgroup)?.populated === false) {
          tries++
          const enter = `echo $$ > ${join('/sys/fs/cgroup/unified', cgroup, 'cgroup.procs')}`
          spawn('sh', ['-c', `${enter} && touch ${ran}`], { stdio: 'ignore' })
          await setTimeout(20)
        }
        await setTimeout(1)
      }
    })()
    t.equal(await machine.order(orderFor('front')), 'adopted')
    t.equal(await machine.order(resumeLine), 'resumed')
    await split.settle({ ...operation, entropy })
    t.ok(tries > 0)
    tries = 5
    await answering
    t.same(await guest.members('mail'), [])
    t.notOk(existsSync(ran))
  })
}
