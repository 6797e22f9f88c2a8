/** Splits of what came out of splits: a machine whose memory is a private copy goes over to a twin first. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import t, { type Test } from 'tap'
import { startShopClient } from '../../packaging/demo/shop-client.ts'
import { machineFiles } from '../../sdk/hypervisor/qemu/machine-files.ts'
import { beginSplit } from '../../sdk/operation/split/begin.ts'
import { openStore } from '../../sdk/store/store.ts'
import { bridgeHost, openTestHost } from './support/host.ts'
import { whileCopied } from './support/while-copied.ts'
import { collectWitnesses, irregularities } from './support/witness-collector.ts'

const groups = ['witness-a', 'witness-b', 'witness-c']
const second = {
  children: [
    { name: 'side-b', groups: ['witness-b'] },
    { name: 'main-2', groups: ['shop', 'witness-a'] },
  ],
  rest: 'main-2',
}

t.test('children are split again, and their children', { timeout: 400_000 }, async (t) => {
  await using host = await openTestHost()
  const { cleave } = host
  const machine = await host.startMachine('whole')
  await using witnesses = await collectWitnesses({ host: bridgeHost, port: 4000 })
  await delay(1000)
  const first = {
    children: [
      { name: 'side-c', groups: ['witness-c'] },
      { name: 'main', groups: ['shop', 'witness-a', 'witness-b'] },
    ],
    rest: 'main',
  }
  const { twin } = await (await machine.split(first)).wait()
  t.equal(twin, null, 'a machine that booted needs none')
  const main = cleave.machines.get('main')
  using store = openStore({ path: join(host.home, 'store.db') })
  const ports = { store, hypervisor: cleave.hypervisor, settings: cleave.settings }

  const goesOn = async (t: Test, name: string) => {
    t.equal(await cleave.machines.get(name).status(), 'running')
    const traces = await host.traces()
    t.equal(traces.processes.length, 2, 'one process for each machine')
    t.equal(traces.taps.length, 2)
    t.notOk(cleave.machines.get(name).record().twin)
    await witnesses.seenAgain(groups, 11)
    for (const group of groups) t.same(irregularities(witnesses.sightings(group)), [], group)
  }

  await t.test('the plan says so', async (t) => {
    t.match(await main.planSplit(second), { way: 'fork', twin: true })
  })

  await t.test('a twin that is killed while memory is copied leaves the machine as it was', async (t) => {
    const before = main.record()
    let ended: Promise<void> | undefined
    const intervene = async (step: string) => {
      if (step !== 'twin') return
      ended = whileCopied(ports, 'main').then(async (twin) => {
        process.kill(Number(await readFile(machineFiles(twin).process, 'utf8')), 'SIGKILL')
      })
    }
    const operation = await beginSplit(ports, { machine: 'main', request: second, intervene })
    await t.rejects(operation.wait(), { code: 'OPERATION_UNDONE' })
    await ended
    t.same(main.record(), before)
    await goesOn(t, 'main')
  })

  await t.test('a host process that is killed while memory is copied', async (t) => {
    const before = main.record()
    const program = join(import.meta.dirname, 'support', 'killed-split.ts')
    const words = [JSON.stringify(cleave.settings), JSON.stringify(second), 'twin', 'main']
    const killed = await execa(process.execPath, [program, ...words], { reject: false, timeout: 60_000 })
    t.equal(killed.signal, 'SIGKILL', killed.stderr)
    const deadline = performance.now() + 30_000
    while (cleave.operations.list().some(({ state }) => state === 'running')) {
      if (performance.now() > deadline) throw new Error('nobody recovered the operation')
      await delay(50)
    }
    // The copy goes on by itself, and may be whole before it is noticed that nobody waits for it: then the twin is the machine.
    if (main.record().memory === 'private') t.same(main.record(), before)
    else t.match(main.record(), { memory: 'shared', twin: undefined })
    await goesOn(t, 'main')
  })

  await t.test('a failure behind the twin leaves the machine in it, with all groups running', async (t) => {
    const intervene = async (step: string) => {
      if (step === 'adopt') throw new Error('adopt was made to fail')
    }
    const operation = await beginSplit(ports, { machine: 'main', request: second, intervene })
    await t.rejects(operation.wait(), { code: 'OPERATION_UNDONE' })
    t.equal(main.record().memory, 'shared')
    await goesOn(t, 'main')
    t.match(await main.planSplit(second), { twin: false })
  })

  const client = await startShopClient('10.77.0.80', 80)
  await delay(1000)

  await t.test('the second generation', async () => {
    await (await main.split(second)).wait()
  })

  await t.test('the third, from a machine that has a client', async (t) => {
    const third = {
      children: [
        { name: 'front', groups: ['shop'] },
        { name: 'side-a', groups: ['witness-a'] },
      ],
      rest: 'side-a',
    }
    const result = await (await cleave.machines.get('main-2').split(third)).wait()
    t.ok((result.twin?.downtimeMs ?? 0) > 0)
    t.comment(`down for ${result.twin?.downtimeMs} ms, pause ${result.pauseMs} ms`)
  })

  await delay(2500)
  await client.stop()
  t.match(client.report(), { failures: 0, connectionKept: true })
  t.equal(client.lostVisits(), 0)
  for (const group of groups) {
    const sightings = witnesses.sightings(group)
    t.same(irregularities(sightings), [], group)
    const owner = cleave.machines
      .get(`side-${group.slice(-1)}`)
      .record()
      .address.split('/')[0]
    t.ok(
      sightings.slice(-50).every(({ from }) => from === owner),
      `${group} comes from its own child`,
    )
  }
  const traces = await host.traces()
  t.equal(traces.processes.length, 4)
  for (const name of ['front', 'side-a']) {
    const { memory } = await cleave.hypervisor.usage(cleave.machines.get(name).record())
    const { ownBytes = 0, sharedBytes = 0, proportionalBytes = 0 } = memory ?? {}
    t.ok(sharedBytes > 2 ** 20, `${name} has memory in common with its sibling`)
    t.ok(proportionalBytes > ownBytes && proportionalBytes < ownBytes + sharedBytes)
  }
  t.same(traces.memoryFiles, [], 'the memory of parents lives as long as a child maps it, and has no name')
})
