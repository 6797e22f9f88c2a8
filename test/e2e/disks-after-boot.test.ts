/** A machine that boots has the disks of its groups again, and with them the groups. */
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { checksums, mounted, runningGroups, startWithDisks, writersGoOn } from './support/data-disks.ts'
import { openTestHost } from './support/host.ts'

t.test('groups come back with their disks', { timeout: 470_000 }, async (t) => {
  await using host = await openTestHost()
  const machine = await startWithDisks(host, { name: 'whole', numbers: [1, 8] })
  const written = await checksums(host, 'whole', [1, 8])
  await machine.stop()
  await machine.start()
  const deadline = performance.now() + 120_000
  while ((await runningGroups(machine)).length < 2 && performance.now() < deadline) await delay(1000)
  t.same(await runningGroups(machine), ['data-1', 'data-8'])
  t.same(await mounted(host, 'whole'), ['/srv/data-1', '/srv/data-8'])
  t.same(await checksums(host, 'whole', [1, 8]), written)
  await writersGoOn(t, host, 'whole', [1, 8])
})
