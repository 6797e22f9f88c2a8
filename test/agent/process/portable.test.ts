import t from 'tap'
import { createProcessSource } from '../../../agent/process/create-source.ts'
import { createPortableSource } from '../../../agent/process/portable.ts'
import { sleeper, startPerl } from './sample-process.ts'

t.test('the portable source lists the same process, with less of it', async (t) => {
  const { pid } = await startPerl(t, sleeper, { uid: 65_534 })
  const { processes } = await createPortableSource({ accountsFile: '/etc/passwd' }).list()
  const found = processes.find(({ process }) => process.id?.pid === pid)
  t.match(found, {
    process: { parentPid: process.pid, userId: 65_534, user: 'nobody', name: 'perl', unit: '', cgroup: '' },
    tracerPid: 0,
  })
  t.equal(found?.holdings, undefined)
  t.match(found?.process.arguments[0], /^perl -e/)
})

t.test('it is what a system without /proc gets', async (t) => {
  const source = createProcessSource({ procRoot: '/nowhere' })
  t.equal(source.seesHoldings, false)
  t.ok((await source.list()).processes.some(({ process: one }) => one.id?.pid === process.pid))
})
