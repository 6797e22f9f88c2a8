import { readdirSync } from 'node:fs'
import t from 'tap'
import { openReader, openStateFile } from '../../../../../sdk/hypervisor/qemu/suspend/state-file.ts'
import { machineRecord } from '../../../store/machine-record.ts'

t.test('a file without a name, which each reader reads from its beginning', async (t) => {
  const directory = t.testdir({ state: 'of an earlier time' })
  await using file = await openStateFile(machineRecord({ directory, disk: `${directory}/disk` }))
  t.same(readdirSync(directory), [])
  t.equal((await file.stat()).mode & 0o777, 0o600)
  await using early = await openReader(file)
  await file.write('all of it')
  await using late = await openReader(file)
  for (const reader of [early, late]) t.equal(await reader.readFile('utf8'), 'all of it')
  await t.rejects(early.write('more'), { code: 'EBADF' })
})
