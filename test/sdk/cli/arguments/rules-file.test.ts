import { join } from 'node:path'
import t from 'tap'
import { parseRules, readRules } from '../../../../sdk/cli/arguments/rules-file.ts'

t.test('rules as people write them', async (t) => {
  const text = `
together: [[shop, cart]]
apart:
  - [mail, workers]
replicated: [cache]
everyChild: [metrics]
weights: { workers: 2.5 }
`
  const rules = {
    together: [['shop', 'cart']],
    apart: [['mail', 'workers']],
    replicated: ['cache'],
    everyChild: ['metrics'],
    weights: { workers: 2.5 },
  }
  t.same(parseRules(text, 'rules.yaml'), rules)
  t.same(parseRules('', 'rules.yaml'), {})
  const folder = t.testdir({ 'rules.yaml': text })
  t.same(await readRules(join(folder, 'rules.yaml')), rules)
  await t.rejects(readRules(join(folder, 'other.yaml')), { code: 'RULES_UNREADABLE' })
})

t.test('mistakes are told by file and line', async (t) => {
  const cases: [string, RegExp][] = [
    ['apart: [[a, b]]\ntogehter: [[a, b]]', /^rules.yaml:2:1: unknown key "togehter"/],
    ['apart: [[a]]', /^rules.yaml:1:\d+: apart\.0/],
    ['replicated: ["../x"]', /^rules.yaml:1:\d+: replicated\.0: no name of a group/],
    ['weights: { a: heavy }', /^rules.yaml:1:\d+: weights\.a/],
  ]
  for (const [text, message] of cases) {
    t.throws(() => parseRules(text, 'rules.yaml'), { code: 'BAD_RULES', message }, text)
  }
})
