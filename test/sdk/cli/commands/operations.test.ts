/** An operation whose process has ended is shown as it is, recovered by the next command, and told. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { openStore } from '../../../../sdk/store/store.ts'
import { cleaveFor } from '../run-cleave.ts'

t.test('an operation whose process has gone is shown, recovered, and told', async (t) => {
  const cleave = cleaveFor(t)
  using store = openStore({ path: join(t.testdirName, 'store.db') })
  const own = process.execPath
  // Begun by a process that ends at once, and not far enough to have made anything.
  const begin = `
    const { openStore } = await import(${JSON.stringify(new URL('../../../../sdk/store/store.ts', import.meta.url).href)})
    const store = openStore({ path: ${JSON.stringify(join(t.testdirName, 'store.db'))} })
    const plan = { operation: 'split-1', plan: { way: 'fork', children: [] }, parent: { name: 'shop' }, children: [] }
    store.operations.begin({ id: 'split-1', kind: 'split', machine: 'shop', plan })
    store.journal.append({ operation: 'split-1', position: 0, step: 'prepare', state: 'begun' })
    store.close()`
  execFileSync(own, ['--input-type=module', '--eval', begin])
  const list = JSON.parse((await cleave('operations', 'list', '--json')).stdout)
  t.match(list, { operations: [{ id: 'split-1', state: 'interrupted', machine: 'shop', endedAt: null }] })
  t.equal(store.operations.get('split-1').state, 'running', 'looking recovers nothing')
  const machines = await cleave('vm', 'list', '--json')
  t.match(machines.stderr, /split-1 of shop, which was interrupted, was taken back/)
  t.same(JSON.parse(machines.stdout), { machines: [] })
  const shown = (await cleave('operations', 'show', 'split-1')).stdout
  t.match(shown, /^state +undone$/m)
  t.match(shown, /^prepare +undone +\S+ \S+ +\S+ m?s$/m)
  const { steps } = JSON.parse((await cleave('operations', 'show', 'split-1', '--json')).stdout)
  t.match(steps, [{ step: 'prepare', state: 'undone' }])
  t.match((await cleave('operations', 'recover')).stdout, /nothing was interrupted/)
})

t.test('what did not start is told by who finishes the operation, and afterwards', async (t) => {
  const cleave = cleaveFor(t)
  const path = join(t.testdirName, 'store.db')
  // Ends after its commit, when one child has answered.
  const begin = `
    const { openStore } = await import(${JSON.stringify(new URL('../../../../sdk/store/store.ts', import.meta.url).href)})
    const store = openStore({ path: ${JSON.stringify(path)} })
    const plan = { operation: 'split-1', plan: { way: 'delta', children: [], disks: [] }, parent: { name: 'shop' }, children: [] }
    store.operations.begin({ id: 'split-1', kind: 'split', machine: 'shop', plan })
    store.journal.append({ operation: 'split-1', position: 6, step: 'commit', state: 'done' })
    const failure = { machine: 'back', group: 'mail', unit: 'mail.service', reason: 'no disk\\u001b' }
    store.operations.setFailures('split-1', 'back', [failure])
    store.close()`
  execFileSync(process.execPath, ['--input-type=module', '--eval', begin])
  const failures = [{ machine: 'back', group: 'mail', unit: 'mail.service', reason: 'no disk\u001b' }]
  const told = /mail\.service of mail did not start in back: no disk\\x1b/
  const recovered = await cleave('operations', 'recover', '--json')
  t.match(JSON.parse(recovered.stdout), { recovered: [{ outcome: 'finished', failures }] })
  t.match((await cleave('operations', 'show', 'split-1')).stdout, told)
  t.match((await cleave('operations', 'list')).stdout, told)
  const shown = JSON.parse((await cleave('operations', 'show', 'split-1', '--json')).stdout)
  t.match(shown, { operation: { state: 'done', failures } })
})
