/** Splits by a state file: they take longer than a fork, and keep the same promises. */

import { readFile, rename, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import t, { type Test } from 'tap'
import { startShopClient } from '../../packaging/demo/shop-client.ts'
import { machineFiles } from '../../sdk/hypervisor/qemu/machine-files.ts'
import { beginSplit } from '../../sdk/operation/split/begin.ts'
import { splitSteps } from '../../sdk/operation/split/steps.ts'
import { openStore } from '../../sdk/store/store.ts'
import { bridgeHost, openTestHost } from './support/host.ts'
import { collectWitnesses, irregularities } from './support/witness-collector.ts'

const groups = ['witness-a', 'witness-b', 'witness-c']
const first = {
  way: 'suspend' as const,
  children: [
    { name: 'main', groups: ['shop', 'witness-a', 'witness-b'] },
    { name: 'side-c', groups: ['witness-c'] },
  ],
  rest: 'main',
}
const second = {
  children: [
    { name: 'main-2', groups: ['shop', 'witness-a'] },
    { name: 'side-b', groups: ['witness-b'] },
  ],
  rest: 'main-2',
}
const third = {
  way: 'suspend' as const,
  children: [
    { name: 'front', groups: ['shop'] },
    { name: 'side-a', groups: ['witness-a'] },
  ],
  rest: 'front',
}

t.test('children load what their parent was from a file', { timeout: 600_000 }, async (t) => {
  await using host = await openTestHost()
  const { cleave } = host
  const machine = await host.startMachine('whole')
  await using witnesses = await collectWitnesses({ host: bridgeHost, port: 4000 })
  await delay(1000)
  const before = await host.traces()
  using store = openStore({ path: join(host.home, 'store.db') })
  const ports = { store, hypervisor: cleave.hypervisor, settings: cleave.settings }

  const parentGoesOn = async (t: Test) => {
    t.equal(await machine.status(), 'running')
    t.match(machine.record(), { state: 'running' })
    t.same(await host.traces(), before, 'nothing is left behind')
    t.same(await openStateFiles(), [], 'nor is a state file that has no name')
    const { groups: listed } = await machine.groups()
    t.ok(listed.every(({ state }) => state === 'GROUP_STATE_RUNNING'))
    await groupsGoOn(t)
  }
  const groupsGoOn = async (t: Test) => {
    await witnesses.seenAgain(groups, 11)
    for (const group of groups) t.same(irregularities(witnesses.sightings(group)), [], group)
  }

  await t.test('it is chosen when it was asked for, or when a fork can not be had', async (t) => {
    t.match(await machine.planSplit(first), { way: 'suspend', twin: false, why: 'it was asked for' })
    t.match(await machine.planSplit(second), { way: 'fork' })
    const { memoryFile } = machine.record()
    await rename(memoryFile, `${memoryFile}.hidden`)
    try {
      t.match(await machine.planSplit(second), { way: 'suspend', why: /^fork can't be had: .*\.ram is gone/ })
      await t.rejects(machine.split({ ...second, way: 'fork' }), {
        code: 'WAY_UNAVAILABLE',
        remedy: /--way suspend/,
      })
    } finally {
      await rename(`${memoryFile}.hidden`, memoryFile)
    }
  })

  const steps = splitSteps({ plan: first })
  const commit = steps.findIndex(({ commits }) => commits)
  for (const { name: step } of steps.slice(0, commit + 1)) {
    await t.test(`a failure at ${step}`, async (t) => {
      const intervene = async (now: string) => {
        if (now === step) throw new Error(`${step} was made to fail`)
      }
      const operation = await beginSplit(ports, { machine: 'whole', request: first, intervene })
      await t.rejects(operation.wait(), { code: 'OPERATION_UNDONE' })
      await parentGoesOn(t)
    })
  }

  const damages: Record<string, (file: string) => Promise<void>> = {
    'has lost its second half': (file) => truncate(file, 100 * 2 ** 20),
    'is none': (file) => writeFile(file, 'nothing that QEMU knows'),
  }
  for (const [damage, harm] of Object.entries(damages)) {
    await t.test(`a state file that ${damage}`, async (t) => {
      const intervene = async (step: string) => {
        if (step === 'restore') await harm(await stateFileOf('side-c'))
      }
      const operation = await beginSplit(ports, { machine: 'whole', request: first, intervene })
      await t.rejects(operation.wait(), {
        code: 'OPERATION_UNDONE',
        cause: { code: 'STATE_NOT_HANDED_OVER', message: /could not load the state of its parent: .*load/s },
      })
      await parentGoesOn(t)
    })
  }

  await t.test('a child that is killed before the parent is saved', async (t) => {
    const intervene = async (step: string) => {
      if (step === 'suspend') await cleave.hypervisor.end(store.machines.get('side-c'))
    }
    const operation = await beginSplit(ports, { machine: 'whole', request: first, intervene })
    await t.rejects(operation.wait(), { code: 'OPERATION_UNDONE' })
    await parentGoesOn(t)
  })

  for (const [step, when] of Object.entries({ suspend: 'is saved', restore: 'is loaded' })) {
    await t.test(`a host process that is killed while the state ${when}`, async (t) => {
      const program = join(import.meta.dirname, 'support', 'killed-split.ts')
      const words = [JSON.stringify(cleave.settings), JSON.stringify(first), step, 'whole']
      const killed = await execa(process.execPath, [program, ...words], { reject: false, timeout: 60_000 })
      t.equal(killed.signal, 'SIGKILL', killed.stderr)
      const deadline = performance.now() + 30_000
      while (cleave.operations.list().some(({ state }) => state === 'running')) {
        if (performance.now() > deadline) throw new Error('nobody recovered the operation')
        await delay(50)
      }
      await parentGoesOn(t)
    })
  }

  await t.test('a fork of the same parent after all that, which is taken back, too', async (t) => {
    const intervene = async (now: string) => {
      if (now === 'adopt') throw new Error('adopt was made to fail')
    }
    const operation = await beginSplit(ports, { machine: 'whole', request: second, intervene })
    await t.rejects(operation.wait(), { code: 'OPERATION_UNDONE', cause: { message: /adopt was made/ } })
    await parentGoesOn(t)
  })

  const client = await startShopClient('10.77.0.80', 80)
  await delay(1000)

  await t.test('two children, each with memory of its own', async (t) => {
    const result = await (await machine.split(first)).wait()
    t.match(result, { way: 'suspend', twin: null })
    t.same(
      result.pauseParts.map(({ name }) => name),
      ['save', 'load', 'resume'],
    )
    t.comment(`pause ${result.pauseMs} ms: ${JSON.stringify(result.pauseParts)}`)
    const { processes, memoryFiles } = await host.traces()
    t.equal(processes.length, 2)
    t.same(memoryFiles.toSorted(), ['main.ram', 'side-c.ram'])
    t.same(await openStateFiles(), [])
    await groupsGoOn(t)
  })

  await t.test('one of them is forked, with no twin', async (t) => {
    const main = cleave.machines.get('main')
    t.match(await main.planSplit(second), { way: 'fork', twin: false })
    const result = await (await main.split(second)).wait()
    t.match(result, { way: 'fork', twin: null })
    await groupsGoOn(t)
  })

  await t.test('a child of that, whose memory is private, is suspended with no twin', async (t) => {
    const main = cleave.machines.get('main-2')
    t.match(await main.planSplit({ ...third, way: 'fork' }), { way: 'fork', twin: true })
    t.match(await main.planSplit(third), { way: 'suspend', twin: false })
    await (await main.split(third)).wait()
    await groupsGoOn(t)
  })

  await delay(2500)
  await client.stop()
  t.match(client.report(), { failures: 0, connectionKept: true })
  t.equal(client.lostVisits(), 0)
  t.comment(JSON.stringify(client.report()))
  for (const group of groups) {
    const owner = cleave.machines
      .get(`side-${group.slice(-1)}`)
      .record()
      .address.split('/')[0]
    const latest = witnesses.sightings(group).slice(-50)
    t.ok(
      latest.every(({ from }) => from === owner),
      `${group} comes from its own child`,
    )
  }

  /** What a child has open is all that there is of it. */
  async function stateFileOf(child: string): Promise<string> {
    const pid = await readFile(machineFiles(store.machines.get(child)).process, 'utf8')
    return `/proc/${pid.trim()}/fd/3`
  }

  /** Those that a process of this host still has open. */
  async function openStateFiles(): Promise<string[]> {
    const { stdout } = await execa('sh', [
      '-c',
      `ls -l /proc/[0-9]*/fd | grep -F '${host.home}/' | grep state || true`,
    ])
    return stdout.split('\n').filter(Boolean)
  }
})
