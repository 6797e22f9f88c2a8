/** Guests that change while they are split, and agents that are started anew in between. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { freezeLine, resumeLine } from '../../../proto/adopter.ts'
import { createRealGuest } from '../group/control/real-guest.ts'
import { addInterface } from '../identity/sample-root.ts'
import { isInNamespaces, runInNamespaces } from '../namespaces.ts'
import { createMachine, entropy, grows, orderFor, stands } from './sample-machine.ts'
import { createSample, freezeAll, operation, plan, planOf, startTwo, witness } from './two-groups.ts'

if (isInNamespaces()) await testSplit()
else await runInNamespaces(import.meta.filename)

async function testSplit(): Promise<void> {
  const { default: t } = await import('tap')
  t.setTimeout(120_000)
  await addInterface()

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

  t.test('one that has got storage by network since runs on, too', async (t) => {
    await using sample = await createSample()
    await using guest = createRealGuest()
    const used = ['nas:/docs, mounted at /srv']
    const machine = createMachine(guest, sample, { networkStorage: async () => used })
    const files = await startTwo(guest, machine.file)
    await t.rejects(machine.split.quiesce(plan), {
      code: 'NETWORK_STORAGE',
      message: /nas:\/docs, mounted at \/srv/,
    })
    for (const file of files) t.ok(await grows(file), file)
    t.equal(machine.split.currentOperation(), '')
    used.pop()
    await freezeAll(t, machine, plan)
    await machine.split.release(operation)
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
    await freezeAll(t, machine, plan)
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
    await freezeAll(t, machine, plan)
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
    await freezeAll(t, machine, plan)
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
    await freezeAll(t, machine, plan)
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
    await freezeAll(t, machine, plan)

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
