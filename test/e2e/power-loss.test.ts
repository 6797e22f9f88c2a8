/** A child that loses power before it has settled knows at its next boot who it is, and starts nothing foreign. */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { beginSplit } from '../../sdk/operation/split/begin.ts'
import { openStore } from '../../sdk/store/store.ts'
import { bridgeHost, openTestHost } from './support/host.ts'
import { collectWitnesses } from './support/witness-collector.ts'

const request = {
  children: [
    { name: 'front', groups: ['shop', 'witness-a'] },
    { name: 'back', groups: ['witness-b', 'witness-c'] },
  ],
  rest: 'back',
}

t.test('a loss of power right after the groups went on', { timeout: 240_000 }, async (t) => {
  await using host = await openTestHost()
  await host.startMachine('whole')
  await using witnesses = await collectWitnesses({ host: bridgeHost, port: 4000 })
  using store = openStore({ path: join(host.home, 'store.db') })
  const ports = { store, hypervisor: host.cleave.hypervisor, settings: host.cleave.settings }
  const starts = (group: string) => witnesses.sightings(group).filter(({ number }) => number === 0).length

  const intervene = async (step: string) => {
    if (step !== 'settle') return
    for (const name of ['front', 'back']) await host.cleave.hypervisor.end(store.machines.get(name))
    throw new Error('the power is gone')
  }
  const operation = await beginSplit(ports, { machine: 'whole', request, intervene })
  await t.rejects(operation.wait(), { code: 'OPERATION_UNFINISHED' })
  const before = starts('witness-a')

  const child = host.cleave.machines.get('back')
  await child.start()
  await delay(3000)
  const { groups } = await child.groups()
  const running = groups.filter(({ processes }) => processes.length > 0).map(({ name }) => name)
  t.same(running.sort(), ['witness-b', 'witness-c'])
  t.same(
    groups
      .filter(({ state }) => state === 'GROUP_STATE_FOREIGN')
      .map(({ name }) => name)
      .sort(),
    ['shop', 'witness-a'],
  )
  t.equal(starts('witness-a'), before, 'what is foreign was never started')
  const shell = await host.shell('back')
  t.equal(await shell.run('hostname'), 'back')
  t.match(await shell.run('ip -o -4 address show scope global'), child.record().address)
  t.notMatch(await shell.run('ls /var/lib/cleave'), /children/)
})
