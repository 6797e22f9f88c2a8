import t from 'tap'
import { inRounds } from '../../../../sdk/cli/top/rounds.ts'

const never = () => void t.fail('nothing is shown')

function counter() {
  let looks = 0
  return async () => {
    looks += 1
    return looks
  }
}

t.test('as many rounds as asked for, each after a look to measure from', async (t) => {
  const shown: number[] = []
  const options = { look: counter(), show: (seen: number) => void shown.push(seen), intervalMs: 1 }
  const { signal } = new AbortController()
  await inRounds({ ...options, rounds: 2, signal })
  t.same(shown, [2, 3])
  await inRounds({ ...options, rounds: 1, showFirst: true, signal })
  t.same(shown, [2, 3, 4, 5])
})

t.test('it ends at once, also in mid-look', async (t) => {
  const quit = new AbortController()
  const shown: number[] = []
  await inRounds({
    look: counter(),
    show: (seen) => {
      shown.push(seen)
      if (shown.length === 2) quit.abort()
    },
    intervalMs: 1,
    rounds: Number.POSITIVE_INFINITY,
    signal: quit.signal,
  })
  t.same(shown, [2, 3])
  const hung = new AbortController()
  const look = () => {
    setImmediate(() => hung.abort())
    return new Promise<number>(() => {})
  }
  await inRounds({ look, show: never, intervalMs: 1, rounds: 1, signal: hung.signal })
})

t.test('what looking throws is no end in good order', async (t) => {
  const look = async () => {
    throw new Error('the store is gone')
  }
  const { signal } = new AbortController()
  await t.rejects(inRounds({ look, show: never, intervalMs: 1, rounds: 1, signal }), {
    message: 'the store is gone',
  })
})
