import t from 'tap'
import { createShared } from '../../agent/shared.ts'

const settled = () => new Promise((resolve) => setImmediate(resolve))

/** Work that ends when it is told to, and answers how often it was begun. */
function slowWork() {
  let begun = 0
  const ends: (() => void)[] = []
  const work = () => {
    begun += 1
    const number = begun
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    ends.push(() => (number === 3 ? reject(new Error('broken')) : resolve(number)))
    return promise
  }
  const end = async () => {
    await settled()
    ends.shift()?.()
    await settled()
  }
  return { work, end, begun: () => begun }
}

t.test('who asks while it is under way shares the next one', async (t) => {
  const { work, end, begun } = slowWork()
  const ask = createShared(work)
  const first = ask()
  await settled()
  const others = [ask(), ask(), ask()]
  t.equal(begun(), 1)
  await end()
  t.equal(await first, 1)
  t.equal(begun(), 2, 'one for all of them')
  await end()
  t.same(await Promise.all(others), [2, 2, 2])
})

t.test('it is done anew for who asks later, also after a failure', async (t) => {
  const { work, end } = slowWork()
  const ask = createShared(work)
  for (const number of [1, 2]) {
    const asked = ask()
    await end()
    t.equal(await asked, number)
  }
  const failing = ask()
  await settled()
  const behind = ask()
  await Promise.all([t.rejects(failing, { message: 'broken' }), end()])
  await end()
  t.equal(await behind, 4)
})
