import t from 'tap'
import { createPace } from '../../../agent/process/pace.ts'

t.test('works beside each other share a turn of the event loop', async (t) => {
  const [one, other] = [createPace(5), createPace(5)]
  const useUp = async () => {
    await one.rest()
    while (!one.isDue());
  }
  const goOn = async () => {
    await other.rest()
    t.ok(other.isDue(), 'nothing is left of it')
  }
  await Promise.all([useUp(), goOn()])
})

t.test('a rest begins a turn, and lets what waits have its own', async (t) => {
  const [short, long] = [createPace(0), createPace(60_000)]
  let hadTurn = false
  setImmediate(() => {
    hadTurn = true
  })
  t.ok(short.isDue())
  await short.rest()
  t.ok(hadTurn)
  t.notOk(long.isDue())
})
