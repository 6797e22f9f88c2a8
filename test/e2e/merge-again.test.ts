/** What is split and merged again and again leaves nothing behind, and what is done moves when it is done. */
import t from 'tap'
import { checksums, mounted, runningGroups, startWithDisks, writersGoOn } from './support/data-disks.ts'
import { openTestHost } from './support/host.ts'
import { isLong } from './support/long.ts'

const rounds = isLong ? 10 : 2

t.test('split, merged, split and merged', { timeout: isLong ? 880_000 : 470_000 }, async (t) => {
  await using host = await openTestHost()
  const { cleave } = host
  const first = await startWithDisks(host, { name: 'round-0', numbers: [1, 5] })
  const written = await checksums(host, 'round-0', [1, 5])
  const before = await host.traces()
  const image = first.record().backing

  for (let round = 1; round <= rounds; round++) {
    await t.test(`round ${round}`, async (t) => {
      const [parent, name, other] = [`round-${round - 1}`, `round-${round}`, `other-${round}`]
      const children = [
        { name, groups: ['data-1'] },
        { name: other, groups: ['data-5'] },
      ]
      await (await cleave.machines.get(parent).split({ children, rest: name })).wait()
      t.same(await mounted(host, name), ['/srv/data-1'])
      t.same(await mounted(host, other), ['/srv/data-5'])
      const machine = cleave.machines.get(name)
      await (await machine.merge({ sources: [other], restart: true })).wait()
      t.same(await runningGroups(machine), ['data-1', 'data-5'])

      await t.rejects(cleave.machines.get(parent).delete(), { code: 'DISK_IN_USE' })
      t.match(await machine.flatten(), { backing: image })
      await cleave.machines.get(parent).delete()
      const after = await host.traces()
      t.same([after.processes.length, after.taps.length], [1, 1])
      t.equal(after.memoryFiles.length, before.memoryFiles.length - 1, 'the memory is its own by now')
      t.same(after.folders, [name])
      t.same(
        cleave.machines.list().map((one) => one.name),
        [name],
      )
      await writersGoOn(t, host, name, [1, 5])
      t.same(await checksums(host, name, [1, 5]), written)
    })
  }

  await t.test('when a group is done', async (t) => {
    const name = `round-${rounds}`
    const machine = cleave.machines.get(name)
    const done = machine.whenDone(['data-5'], { intervalMs: 1000 })
    await machine.terminateGroup('data-5')
    t.match(await done, [{ group: 'data-5', activity: 'done' }])
    await t.rejects(machine.whenDone(['nobody']), { code: 'GROUP_NOT_FOUND' })
  })
})
