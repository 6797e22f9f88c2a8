/** A merge that fails before its commit leaves every group running where it was, with its disk; one that fails after it is finished. */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import t, { type Test } from 'tap'
import type { CleaveError } from '../../proto/errors.ts'
import { connectQmp } from '../../sdk/hypervisor/qemu/qmp/client.ts'
import { beginMerge } from '../../sdk/operation/merge/begin.ts'
import { mergeSteps } from '../../sdk/operation/merge/steps.ts'
import type { MergeRequest } from '../../sdk/planning/merge-plan.ts'
import { openStore } from '../../sdk/store/store.ts'
import { mounted, runningGroups, startWithDisks, writersGoOn } from './support/data-disks.ts'
import { openTestHost } from './support/host.ts'
import { isLong } from './support/long.ts'

const request: MergeRequest = { sources: ['two'], restart: true, keep: true }

t.test('a merge that fails is taken back', { timeout: isLong ? 880_000 : 470_000 }, async (t) => {
  await using host = await openTestHost()
  const { cleave } = host
  const whole = await startWithDisks(host, { name: 'whole', numbers: [1, 2, 5] })
  const children = [
    { name: 'one', groups: ['data-1'] },
    { name: 'two', groups: ['data-2', 'data-5'] },
  ]
  await (await whole.split({ children, rest: 'one' })).wait()
  const [one, two] = [cleave.machines.get('one'), cleave.machines.get('two')]
  using store = openStore({ path: join(host.home, 'store.db') })
  const ports = { store, hypervisor: cleave.hypervisor, settings: cleave.settings }

  const asBefore = async (t: Test) => {
    t.same(await runningGroups(one), ['data-1'])
    t.same(await runningGroups(two), ['data-2', 'data-5'])
    t.same(await mounted(host, 'one'), ['/srv/data-1'])
    t.same(await mounted(host, 'two'), ['/srv/data-2', '/srv/data-5'])
    t.same(
      cleave.disks.list().map(({ name, machine }) => [name, machine]),
      [
        ['data-1', 'one'],
        ['data-2', 'two'],
        ['data-5', 'two'],
      ],
    )
    await writersGoOn(t, host, 'one', [1])
    await writersGoOn(t, host, 'two', [2, 5])
  }

  /** Merges, and answers what it failed of. */
  const fails = async (t: Test, wish: Partial<MergeRequest> = {}, failingStep = '') => {
    const operation = await beginMerge(ports, {
      destination: 'one',
      request: { ...request, ...wish },
      intervene: async (step) => {
        if (step === failingStep) throw new Error(`${step} was made to fail`)
      },
    })
    const error = await operation.wait().then(
      () => undefined,
      (thrown: CleaveError) => thrown,
    )
    t.equal(error?.code, 'OPERATION_UNDONE', error?.message ?? '')
    return error?.cause as CleaveError
  }

  const steps = mergeSteps({})
  const commit = steps.findIndex(({ commits }) => commits)
  for (const { name } of steps.slice(isLong ? 0 : commit, commit + 1)) {
    await t.test(`a failure at ${name}`, async (t) => {
      await fails(t, {}, name)
      await asBefore(t)
    })
  }

  await t.test('a disk that somebody holds', async (t) => {
    const shell = await host.shell('two')
    await shell.run('systemd-run --quiet --unit=squatter --working-directory=/srv/data-5 sleep 1000')
    const cause = await fails(t, { groups: ['data-2', 'data-5'] })
    t.match(cause, { code: 'DISK_BUSY', message: /sleep.*\/srv\/data-5/ })
    await shell.run('systemctl stop squatter')
    await asBefore(t)
  })

  await t.test('a mount point that is in use in the destination', async (t) => {
    const shell = await host.shell('one')
    await shell.run('mkdir -p /srv/data-2 && mount -t tmpfs none /srv/data-2')
    t.match(await fails(t), { code: 'MOUNT_POINT_IN_USE' })
    await shell.run('umount /srv/data-2')
    await asBefore(t)
  })

  await t.test('a unit that does not start in the destination, beside one that is not there', async (t) => {
    const shell = await host.shell('one')
    await shell.run('systemctl mask --runtime --quiet data@5.service')
    await shell.run("sed -i 's/data@5.service/&, absent.service/' /etc/cleave/groups.d/data-5.yaml")
    t.match(await fails(t), { code: 'START_FAILED', message: /data@5\.service/ })
    await shell.run('systemctl unmask --runtime --quiet data@5.service')
    await shell.run("sed -i 's/, absent.service//' /etc/cleave/groups.d/data-5.yaml")
    await asBefore(t)
  })

  await t.test('a destination that is lost when it has the groups already', async (t) => {
    const operation = await beginMerge(ports, {
      destination: 'one',
      request,
      intervene: async (step) => {
        if (step !== 'commit') return
        await cleave.hypervisor.end(one.record())
        throw new Error('the power is gone')
      },
    })
    await t.rejects(operation.wait(), { code: 'OPERATION_UNDONE' })
    const deadline = performance.now() + 120_000
    while ((await runningGroups(one)).length < 1 && performance.now() < deadline) await delay(1000)
    await asBefore(t)
  })

  await t.test('a destination that hangs when it has the groups already', { skip: !isLong }, async (t) => {
    const operation = await beginMerge(ports, {
      destination: 'one',
      request,
      intervene: async (step) => {
        if (step !== 'commit') return
        using monitor = await connectQmp({
          path: join(one.record().directory, 'monitor.sock'),
          peer: 'QEMU',
        })
        await monitor.execute('stop')
        throw new Error('it hangs')
      },
    })
    await t.rejects(operation.wait(), { code: 'OPERATION_NOT_UNDONE' })
    t.same(await runningGroups(two), [], 'nothing starts where it came from')
    await one.stop({ graceMs: 1_000 })
    t.match(await cleave.operations.recover(), [{ outcome: 'undone' }])
    await asBefore(t)
  })

  /** Kills the process that merges, and waits until another one has recovered. */
  const killedAt = async (t: Test, step: string, wish: MergeRequest) => {
    const program = join(import.meta.dirname, 'support', 'killed-merge.ts')
    const words = [JSON.stringify(cleave.settings), 'one', JSON.stringify(wish), step]
    const killed = await execa(process.execPath, [program, ...words], { reject: false, timeout: 60_000 })
    t.equal(killed.signal, 'SIGKILL', killed.stderr ?? '')
    const deadline = performance.now() + 60_000
    while (cleave.operations.list().some(({ state }) => state === 'running')) {
      if (performance.now() > deadline) throw new Error('nobody recovered the operation')
      await delay(100)
    }
  }

  for (const step of isLong ? ['take', 'commit'] : ['take']) {
    await t.test(`a host process that is killed at ${step}`, async (t) => {
      await killedAt(t, step, request)
      await asBefore(t)
    })
  }

  await t.test('a host process that is killed after the commit', async (t) => {
    await killedAt(t, 'end', { sources: ['two'], restart: true })
    t.same(await runningGroups(one), ['data-1', 'data-2', 'data-5'])
    t.equal(
      cleave.machines.list().some(({ name }) => name === 'two'),
      false,
    )
    await writersGoOn(t, host, 'one', [1, 2, 5])
  })
})
