import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'

const program = join(import.meta.dirname, '../../../sdk/operation/guardian-main.ts')

t.test('a guardian', async (t) => {
  const end = async (home: string, word: string) =>
    await execa(process.execPath, [program, JSON.stringify({ home }), 'split-00000000'], {
      input: word,
      reject: false,
      timeout: 30_000,
    })

  await t.test('looks for what is left when its input ends', async (t) => {
    const home = t.testdir()
    const { exitCode, stderr } = await end(home, '')
    t.equal(exitCode, 1)
    t.match(stderr, 'there is no operation split-00000000')
    t.ok(existsSync(join(home, 'store.db')))
  })

  await t.test('makes no home anew', async (t) => {
    const home = join(t.testdir(), 'home')
    t.match(await end(home, ''), { exitCode: 0, stderr: '' })
    t.notOk(existsSync(home))
  })

  await t.test('touches nothing once it is dismissed', async (t) => {
    const home = join(t.testdir(), 'home')
    const { exitCode, stderr } = await end(home, 'dismissed')
    t.equal(exitCode, 0)
    t.equal(stderr, '')
    t.notOk(existsSync(home))
  })
})
