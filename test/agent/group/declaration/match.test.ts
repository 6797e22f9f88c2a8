import fc from 'fast-check'
import t from 'tap'
import { createMatcher } from '../../../../agent/group/declaration/match.ts'
import { parseDeclaration } from '../../../../agent/group/declaration/parse.ts'
import { sampleProcess } from '../sample-facts.ts'

const matcherOf = (...texts: string[]) =>
  createMatcher(
    texts.flatMap((text, index) => parseDeclaration(text, `g${index + 1}.yaml`).declaration ?? []),
  )

t.test('any line of a declaration is enough', (t) => {
  const match = matcherOf(
    `match: { units: [nginx.service], users: [shop, 7], cgroups: [/docker/8d3f], commands: ['^/srv/'], pids: [812] }`,
  )
  const yes = [
    { unit: 'nginx.service' },
    { user: 'shop', userId: 1001 },
    { user: 'seven', userId: 7 },
    { cgroup: '/docker/8d3f' },
    { cgroup: '/docker/8d3f/below' },
    { arguments: ['/srv/shop/run', 'x'] },
  ]
  for (const fields of yes) t.same(match(sampleProcess(100, fields)), ['g1'], JSON.stringify(fields))
  t.same(match(sampleProcess(812)), ['g1'])
  const no = [
    {},
    { unit: 'nginx2.service' },
    { user: 'shop2', userId: 70 },
    { cgroup: '/docker/8d3f2' },
    { cgroup: '/docker' },
    { arguments: ['x', '/srv/shop/run'] },
  ]
  for (const fields of no) t.same(match(sampleProcess(100, fields)), [], JSON.stringify(fields))
  t.end()
})

t.test('a pattern sees the arguments with blanks between them', (t) => {
  const match = matcherOf("match: { commands: ['^python3 /srv/shop --port \\d+$'] }")
  t.same(match(sampleProcess(9, { arguments: ['python3', '/srv/shop', '--port', '80'] })), ['g1'])
  t.end()
})

t.test('all groups that match are named, in the order of their declarations', (t) => {
  const match = matcherOf('match: { users: [a] }', 'match: { users: [b] }', 'match: { users: [a] }')
  t.same(match(sampleProcess(9, { user: 'a' })), ['g1', 'g3'])
  t.end()
})

t.test('a hostile command line costs no time beyond its length', (t) => {
  const match = matcherOf("match: { commands: ['(\\w+ ?)+x$', '(a|aa)+\\d'] }")
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 20 }), (given) =>
      Array.isArray(match(sampleProcess(9, { arguments: [...given, 'a'.repeat(5000)] }))),
    ),
  )
  t.end()
})
