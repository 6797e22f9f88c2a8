/** A split that fails before its commit leaves the parent as it was; one that fails after it leaves children that know who they are. */

import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import t, { type Test } from 'tap'
import { beginSplit } from '../../sdk/operation/split/begin.ts'
import { splitSteps } from '../../sdk/operation/split/steps.ts'
import { openStore } from '../../sdk/store/store.ts'
import { bridgeHost, openTestHost, type TestHost } from './support/host.ts'
import { isLong } from './support/long.ts'
import { collectWitnesses, irregularities } from './support/witness-collector.ts'

const request = {
  children: [
    { name: 'front', groups: ['shop', 'witness-a'] },
    { name: 'back', groups: ['witness-b', 'witness-c'] },
  ],
  rest: 'back',
}
const groups = ['witness-a', 'witness-b', 'witness-c']

t.test('what fails before the commit is taken back whole', { timeout: 400_000 }, async (t) => {
  await using host = await openTestHost()
  const machine = await host.startMachine('whole')
  await using witnesses = await collectWitnesses({ host: bridgeHost, port: 4000 })
  await delay(1000)
  const before = await host.traces()
  using store = openStore({ path: join(host.home, 'store.db') })
  const ports = { store, hypervisor: host.cleave.hypervisor, settings: host.cleave.settings }

  const parentGoesOn = async (t: Test) => {
    t.equal(await machine.status(), 'running')
    t.match(machine.record(), { state: 'running' })
    t.same(await host.traces(), before, 'nothing is left behind')
    t.same(
      host.cleave.machines.list().map(({ name }) => name),
      ['whole'],
    )
    const { groups: listed } = await machine.groups()
    t.ok(listed.every(({ state }) => state === 'GROUP_STATE_RUNNING'))
    await witnesses.seenAgain(groups, 11)
    for (const group of groups) t.same(irregularities(witnesses.sightings(group)), [], group)
  }

  const steps = splitSteps({ plan: { way: 'fork' } })
  const commit = steps.findIndex(({ commits }) => commits)
  for (const { name: step } of steps.slice(0, commit + 1)) {
    await t.test(`a failure at ${step}`, async (t) => {
      const intervene = async (now: string) => {
        if (now === step) throw new Error(`${step} was made to fail`)
      }
      const operation = await beginSplit(ports, { machine: 'whole', request, intervene })
      await t.rejects(operation.wait(), { code: 'OPERATION_UNDONE' })
      t.match(host.cleave.operations.get(operation.id), { state: 'undone' })
      await parentGoesOn(t)
    })
  }

  await t.test('a child that is killed while it adopts', async (t) => {
    const intervene = async (now: string) => {
      if (now === 'adopt') await host.cleave.hypervisor.end(store.machines.get('back'))
    }
    const operation = await beginSplit(ports, { machine: 'whole', request, intervene })
    await t.rejects(operation.wait(), { code: 'OPERATION_UNDONE' })
    await parentGoesOn(t)
  })

  await t.test('a caller that cancels', async (t) => {
    const operation = await machine.split(request)
    for await (const event of operation.events()) {
      if (event.type === 'step-begun' && event.step === 'quiesce') operation.cancel()
    }
    await t.rejects(operation.wait(), { code: 'OPERATION_UNDONE' })
    await parentGoesOn(t)
  })

  await t.test('a host process that is killed, recovered by its guardian', async (t) => {
    for (const step of ['quiesce', 'adopt']) {
      const program = join(import.meta.dirname, 'support', 'killed-split.ts')
      const settings = JSON.stringify(host.cleave.settings)
      const words = [settings, JSON.stringify(request), step, 'whole']
      const killed = await execa(process.execPath, [program, ...words], {
        reject: false,
        timeout: 60_000,
      })
      t.equal(killed.signal, 'SIGKILL', killed.stderr)
      await recovered(host)
      await parentGoesOn(t)
    }
  })

  await t.test('the parent can be split after all that', { skip: isLong }, async (t) => {
    await (await machine.split(request)).wait()
    for (const group of groups) t.same(irregularities(witnesses.sightings(group)), [], group)
  })

  await t.test('a child may lose power as soon as its groups go on', { skip: !isLong }, async (t) => {
    const intervene = async (now: string) => {
      if (now !== 'settle') return
      await delay(1000)
      await host.cleave.hypervisor.end(store.machines.get('back'))
      throw new Error('the power is gone')
    }
    const operation = await beginSplit(ports, { machine: 'whole', request, intervene })
    await t.rejects(operation.wait(), { code: 'OPERATION_UNFINISHED' })
    for (const group of groups) t.same(irregularities(witnesses.sightings(group)), [], group)
    await bootsAsItself(t, host)
    // Those at the boot of the parent were before anybody looked.
    const starts = (group: string) => witnesses.sightings(group).filter(({ number }) => number === 0).length
    t.equal(starts('witness-a'), 0, 'what is foreign is never started')
    t.equal(starts('witness-b'), 1, 'its own group starts anew')
  })
})

async function recovered(host: TestHost): Promise<void> {
  const deadline = performance.now() + 30_000
  while (host.cleave.operations.list().some(({ state }) => state === 'running')) {
    if (performance.now() > deadline) throw new Error('nobody recovered the operation')
    await delay(50)
  }
}

/** It had not settled: what it is was on its disk before it existed. */
async function bootsAsItself(t: Test, host: TestHost): Promise<void> {
  const child = host.cleave.machines.get('back')
  await child.start()
  await delay(3000)
  const { groups: listed } = await child.groups()
  const running = listed.filter(({ processes }) => processes.length > 0).map(({ name }) => name)
  t.same(running.sort(), ['witness-b', 'witness-c'])
  const foreign = listed.filter(({ state }) => state === 'GROUP_STATE_FOREIGN').map(({ name }) => name)
  t.same(foreign.sort(), ['shop', 'witness-a'])
  const shell = await host.shell('back')
  t.equal(await shell.run('hostname'), 'back')
  t.match(await shell.run('ip -o -4 address show scope global'), child.record().address)
  t.notMatch(await shell.run('ls /var/lib/cleave'), /children/)
}
