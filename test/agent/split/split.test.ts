/** A split from the quiesce to the end: what becomes of groups in their children, and in a parent that goes on. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { foreignGroups } from '../../../agent/split/foreign-markers.ts'
import { freezeLine, resumeLine } from '../../../proto/adopter.ts'
import { createRealGuest } from '../group/control/real-guest.ts'
import { addInterface, addressesOf, identityOf, requestOf } from '../identity/sample-root.ts'
import { isInNamespaces, runInNamespaces } from '../namespaces.ts'
import { createMachine, entropy, grows, orderFor, stands } from './sample-machine.ts'
import { createSample, freezeAll, operation, plan, planOf, startTwo, witness } from './two-groups.ts'

if (isInNamespaces()) await testSplit()
else await runInNamespaces(import.meta.filename)

async function testSplit(): Promise<void> {
  const { default: t } = await import('tap')
  t.setTimeout(120_000)
  await addInterface()

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

    await freezeAll(t, machine, planOf(['shop', 'mail'], ['frozen', 'stopped', 'ended-meanwhile']))
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

    await freezeAll(t, machine, plan)
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
    await freezeAll(t, machine, { ...planOf(['shop', 'mail'], ['mail']), replicated: ['mail'] })
    t.equal(await machine.order(orderFor('back')), 'adopted')
    t.same([...foreignGroups(sample.root)], ['shop'])
    t.equal(await machine.order(resumeLine), 'resumed')
    t.ok(await grows(mail))
    t.ok(await stands(shop))
    await machine.split.settle({ ...operation, entropy })
    await machine.end()
  })
}
