import t from 'tap'
import { stages } from '../../../packaging/test-run/stages.ts'

const files = ['test/agent/a.test.ts', 'test/e2e/split.test.ts', 'test/sdk/b.test.ts']

t.test('a whole run checks the tree, then tests, machines last and in namespaces', async (t) => {
  const [lint, types, quick, images, machines, ...rest] = stages({ files, fast: false, only: [] })
  t.same(rest, [])
  t.same([lint?.name, types?.name, images?.name], ['lint and format', 'types', 'guest images'])
  t.same(quick?.command.slice(-2), ['test/agent/a.test.ts', 'test/sdk/b.test.ts'])
  t.equal(machines?.command[0], 'unshare')
  t.same(machines?.command.slice(-1), ['test/e2e/split.test.ts'])
  t.ok(machines?.command.includes('--jobs=1'))
})

t.test('a fast run boots and builds nothing', async (t) => {
  const building = 'test/packaging/agent/build-package.test.ts'
  const [, , quick] = stages({ files: [...files, building], fast: true, only: [] })
  t.equal(quick?.input, 'test/agent/a.test.ts\ntest/sdk/b.test.ts')
  const names = stages({ files, fast: true, only: [] }).map(({ name }) => name)
  t.same(names, ['lint and format', 'types', 'tests'])
})

t.test('chosen files run alone', async (t) => {
  const list = stages({ files, fast: false, only: ['test/sdk'] })
  t.same(
    list.map(({ command }) => command.slice(-1)),
    [['test/sdk/b.test.ts']],
  )
  t.same(stages({ files, fast: false, only: ['nowhere'] }), [])
  t.same(stages({ files, fast: true, only: ['nowhere'] }), [])
})

t.test('long forms of tests have longer bounds', async (t) => {
  const [short, long] = [false, true].map((long) => stages({ files, fast: false, only: [], long }).at(-1))
  t.ok((long?.timeout ?? 0) > (short?.timeout ?? 0))
  t.ok(short?.command.includes('--timeout=480') && long?.command.includes('--timeout=3000'))
})
