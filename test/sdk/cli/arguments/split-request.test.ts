import t from 'tap'
import { parseChild, toSplitRequest } from '../../../../sdk/cli/arguments/split-request.ts'

t.test('a child and its groups', async (t) => {
  t.same(parseChild('front=shop'), [{ name: 'front', groups: ['shop'] }])
  const front = parseChild('front=shop,cart')
  t.same(parseChild('post=mail', front), [
    { name: 'front', groups: ['shop', 'cart'] },
    { name: 'post', groups: ['mail'] },
  ])
  t.same(front.length, 1, 'what was parsed before is not changed')
  for (const bad of ['', 'front', '=shop', 'front=', 'front=shop,', 'front=,']) {
    t.throws(() => parseChild(bad), { code: 'BAD_CHILD' }, JSON.stringify(bad))
  }
})

t.test('by names, or by number', async (t) => {
  const child = parseChild('front=shop')
  t.same(toSplitRequest({ child }), { children: child })
  t.same(toSplitRequest({ into: 3 }), { into: 3 })
  t.same(toSplitRequest({ child, rest: 'front' }), { children: child, rest: 'front' })
  t.same(
    toSplitRequest({ child, rest: 'others' }),
    { children: [...child, { name: 'others', groups: [] }], rest: 'others' },
    'who gets the rest need not be named twice',
  )
  t.same(toSplitRequest({ rest: 'all' }), { children: [{ name: 'all', groups: [] }], rest: 'all' })
  t.same(toSplitRequest({ into: 3, measure: 'processes' }), { into: 3, measure: 'processes' })
  const rules = { replicated: ['metrics'] }
  t.same(toSplitRequest({ child }, rules), { children: child, rules })
  t.same(toSplitRequest({ child, rest: 'front' }, rules), { children: child, rest: 'front', rules })
  t.same(toSplitRequest({ into: 3 }, rules), { into: 3, rules })
  t.same(toSplitRequest({ child, by: 'user' }), { children: child, grouping: 'user' })
  t.same(toSplitRequest({ into: 3, by: 'user' }, rules), { into: 3, grouping: 'user', rules })
  t.same(toSplitRequest({ rest: 'all', by: 'coupling' }), {
    children: [{ name: 'all', groups: [] }],
    rest: 'all',
    grouping: 'coupling',
  })
  const mistakes = [{}, { into: 2, child }, { into: 2, rest: 'others' }, { child, measure: 'use' as const }]
  for (const bad of mistakes) {
    t.throws(() => toSplitRequest(bad), { code: 'USAGE' })
  }
})
