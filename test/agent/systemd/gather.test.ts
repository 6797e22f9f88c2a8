import t from 'tap'
import { gather } from '../../../agent/systemd/gather.ts'

t.test('who asks at the same moment is answered by one call', async (t) => {
  const calls: string[][] = []
  const ask = gather(async (names) => {
    calls.push([...names])
    return names.map((name) => name.toUpperCase())
  })
  const answers = await Promise.all([ask(['a', 'b']), ask(['b', 'c', 'b']), ask([]), ask(['a'])])
  t.same(answers, [['A', 'B'], ['B', 'C', 'B'], [], ['A']])
  t.same(calls, [['a', 'b', 'c']])
  t.same(await ask(['d', 'd']), ['D', 'D'])
  t.same(calls[1], ['d'], 'who asks later is answered by another one')
})

t.test('nobody gets the failure of another one', async (t) => {
  const calls: string[][] = []
  const ask = gather(async (names) => {
    calls.push([...names])
    if (names.includes('bad')) throw new Error(`asked for ${names.join(' ')}`)
    return names
  })
  const good = ask(['good'])
  await t.rejects(ask(['bad', 'worse']), { message: 'asked for bad worse' })
  t.same(await good, ['good'])
  t.same(calls, [['good', 'bad', 'worse'], ['good'], ['bad', 'worse']])
  await t.rejects(ask(['bad']), { message: 'asked for bad' })
  t.equal(calls.length, 4, 'one that asked alone is not asked for twice')
})
