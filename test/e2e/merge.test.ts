/** A machine is split with its disks, and put together again. */
import t from 'tap'
import {
  checksums,
  groupNamed,
  mounted,
  runningGroups,
  startWithDisks,
  writersGoOn,
} from './support/data-disks.ts'
import { openTestHost } from './support/host.ts'
import { isLong } from './support/long.ts'

/** ext4, xfs and btrfs; ten of them take their time. */
const parts = new Map(
  isLong
    ? [
        ['one', [1, 2, 3]],
        ['two', [4, 5]],
        ['three', [6, 7]],
        ['four', [8, 9, 10]],
      ]
    : [
        ['one', [1]],
        ['two', [4, 5]],
        ['three', [8]],
      ],
)
const [, ...others] = parts.keys()
const all = [...parts.values()].flat()
const names = (numbers: readonly number[]) => numbers.map(groupNamed)
const places = (numbers: readonly number[]) => names(numbers).map((name) => `/srv/${name}`)

t.test(
  'disks of three file systems go to children and come back',
  { timeout: isLong ? 880_000 : 470_000 },
  async (t) => {
    await using host = await openTestHost()
    const { cleave } = host
    const whole = await startWithDisks(host, { name: 'whole', numbers: all })
    const written = await checksums(host, 'whole', all)
    await writersGoOn(t, host, 'whole', all)

    await t.test('each child keeps the disks of its groups, and no other', async (t) => {
      const children = [...parts].map(([name, numbers]) => ({ name, groups: names(numbers) }))
      const plan = await whole.planSplit({ children })
      t.same(
        plan.disks.map(({ name, child }) => [name, child]),
        [...parts].flatMap(([child, numbers]) => names(numbers).map((name) => [name, child])),
      )
      await (await whole.split({ children })).wait()
      for (const [name, numbers] of parts) {
        t.same(await runningGroups(cleave.machines.get(name)), names(numbers), name)
        t.same(await mounted(host, name), places(numbers).sort(), name)
        const disks = cleave.machines.get(name).record().disks ?? []
        t.same(
          disks.map((disk) => [disk.name, disk.image]),
          numbers.map((number) => [groupNamed(number), cleave.disks.get(groupNamed(number)).image]),
          `${name} writes the disks themselves`,
        )
        await writersGoOn(t, host, name, numbers)
        t.same(
          await checksums(host, name, numbers),
          new Map(names(numbers).map((one) => [one, written.get(one)])),
        )
      }
    })

    await t.test('a merge without leave to restart, or of what is not there, is refused', async (t) => {
      const one = cleave.machines.get('one')
      await t.rejects(one.merge({ sources: ['two'] }), { code: 'STATEFUL', message: /data-4, data-5/ })
      await t.rejects(one.merge({ sources: ['two'], groups: ['data-9'], restart: true }), {
        code: 'GROUP_NOT_FOUND',
      })
      await t.rejects(one.merge({ sources: ['one'], restart: true }), { code: 'SAME_MACHINE' })
    })

    await t.test('some groups of one, then all of the others', async (t) => {
      const one = cleave.machines.get('one')
      const some = await (await one.merge({ sources: ['two'], groups: ['data-4'], restart: true })).wait()
      t.match(some, { deleted: [], groups: [{ group: 'data-4', from: 'two', units: ['data@4.service'] }] })
      t.same(await runningGroups(one), names([...(parts.get('one') ?? []), 4]))
      t.same(await runningGroups(cleave.machines.get('two')), ['data-5'])
      t.same(await mounted(host, 'two'), places([5]))

      const operation = await one.merge({ sources: others, restart: true })
      const result = await operation.wait()
      t.same(result.deleted, others)
      t.equal(result.disks.length, all.length - (parts.get('one')?.length ?? 0) - 1)
      t.same(
        cleave.machines.list().map(({ name }) => name),
        ['one', 'whole'],
      )
      t.same(await runningGroups(one), names(all))
      t.same(await mounted(host, 'one'), places(all).sort())
      t.same(await checksums(host, 'one', all), written)
      await writersGoOn(t, host, 'one', all)
    })
  },
)
