/** A split whose children boot fails: its parent boots again, with all that it ran. */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import t, { type Test } from 'tap'
import { beginSplit } from '../../sdk/operation/split/begin.ts'
import { openStore } from '../../sdk/store/store.ts'
import { eachRunsIn, intoTwo } from './support/boots.ts'
import { bridgeHost, openTestHost } from './support/host.ts'
import { isLong } from './support/long.ts'
import { collectWitnesses } from './support/witness-collector.ts'

t.test('a split whose children boot is taken back', { timeout: 470_000 }, async (t) => {
  await using host = await openTestHost()
  const { cleave } = host
  await host.startMachine('whole')
  await using collector = await collectWitnesses({ host: bridgeHost, port: 4000 })
  using store = openStore({ path: join(host.home, 'store.db') })
  const ports = { store, hypervisor: cleave.hypervisor, settings: cleave.settings }

  const allIsAsBefore = async (t: Test) => {
    const names = cleave.machines.list().map(({ name }) => name)
    t.same(names, ['whole'])
    await eachRunsIn(t, { host, collector }, () => 'whole')
    const traces = await host.traces()
    t.equal(traces.processes.length, 1)
    t.equal(traces.taps.length, 1)
    t.same(traces.folders, ['whole'])
  }

  /** Children that have booted hold their own groups, too. */
  const nothingRuns = async (t: Test) => {
    const before = collector.sightings('witness-a').length
    await delay(2000)
    t.equal(collector.sightings('witness-a').length, before)
    const shell = await host.shell('back')
    t.equal(await shell.run('systemctl is-active witness@b || true'), 'inactive')
  }

  for (const step of isLong ? ['bequeath', 'stop', 'disks', 'boot', 'commit'] : ['stop', 'commit']) {
    await t.test(`a failure at ${step}`, async (t) => {
      const intervene = async (now: string) => {
        if (now !== step) return
        if (step === 'commit') await nothingRuns(t)
        throw new Error(`${step} was made to fail`)
      }
      const operation = await beginSplit(ports, { machine: 'whole', request: intoTwo, intervene })
      await t.rejects(operation.wait(), { code: 'OPERATION_UNDONE' })
      await allIsAsBefore(t)
    })
  }

  await t.test('a host process that is killed when the parent has ended', { skip: !isLong }, async (t) => {
    const program = join(import.meta.dirname, 'support', 'killed-split.ts')
    const words = [JSON.stringify(cleave.settings), JSON.stringify(intoTwo), 'disks', 'whole']
    const killed = await execa(process.execPath, [program, ...words], { reject: false, timeout: 150_000 })
    t.equal(killed.signal, 'SIGKILL', killed.stderr)
    const deadline = performance.now() + 150_000
    while (cleave.operations.list().some(({ state }) => state === 'running')) {
      if (performance.now() > deadline) throw new Error('nobody recovered the operation')
      await delay(100)
    }
    await allIsAsBefore(t)
  })
})
