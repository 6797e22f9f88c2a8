import { existsSync } from 'node:fs'
import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type BuildContext, produce, sweep } from '../../../packaging/make/workshop.ts'

function contextIn(t: Test): BuildContext {
  return { cache: t.testdir(), sources: '/nowhere', onProgress: () => {} }
}

t.test('a folder appears when it is whole', async (t) => {
  const context = contextIn(t)
  const directory = join(context.cache, 'images', 'one')
  await produce(context, directory, async (output) => {
    await writeFile(join(output, 'file'), 'x')
    t.notOk(existsSync(directory))
  })
  t.same(await readdir(directory), ['file'])
  t.equal((await stat(directory)).mode & 0o777, 0o755)
  await produce(context, directory, async () => void t.fail('made what is there'))
})

t.test('what failed leaves nothing', async (t) => {
  const context = contextIn(t)
  const directory = join(context.cache, 'images', 'one')
  const failing = produce(context, directory, async (output) => {
    await writeFile(join(output, 'file'), 'x')
    throw new Error('broke')
  })
  await t.rejects(failing, { message: 'broke' })
  t.notOk(existsSync(directory))
  t.same(await readdir(join(context.cache, 'partial')), [])
})

t.test('what was killed is swept away', async (t) => {
  const cache = t.testdir({ partial: { 'build-x': { 'root.raw': 'x' } }, images: { one: {} } })
  await sweep(cache)
  t.same(await readdir(cache), ['images'])
  await sweep(cache)
})
