import t from 'tap'
import { parseDeclaration } from '../../../../agent/group/declaration/parse.ts'
import { formatProblem } from '../../../../proto/yaml.ts'

const parse = (hooks: string) =>
  parseDeclaration(`match: { users: [shop] }\nhooks:\n  ${hooks}\n`, 'shop.yaml')

t.test('an admin’s hooks', (t) => {
  const { declaration, problems } = parse(
    'beforeSplit: { command: [/usr/sbin/flush, "--all; id"], user: shop, timeoutSeconds: 300 }\n  afterSplit: { command: [/bin/on], user: 1000 }',
  )
  t.same(problems, [])
  t.same(declaration?.hooks, {
    beforeSplit: { command: ['/usr/sbin/flush', '--all; id'], user: 'shop', timeoutSeconds: 300 },
    afterSplit: { command: ['/bin/on'], user: '1000', timeoutSeconds: 30 },
  })
  const { declaration: without } = parseDeclaration('match: { users: [shop] }\n', 'shop.yaml')
  t.same(without?.hooks, {})
  t.end()
})

t.test('mistakes are named with their lines', (t) => {
  const mistakes = {
    'beforeSplit: { command: [/bin/on] }': /^shop.yaml:3:16: hooks.beforeSplit.user: /,
    'beforeSplit: { command: [on], user: shop }': /^shop.yaml:3:28: .*expected an absolute path/,
    'beforeSplit: { command: [/bin/../on], user: shop }': /expected an absolute path/,
    'beforeSplit: { command: /bin/on, user: shop }': /^shop.yaml:3:\d+: hooks.beforeSplit.command: /,
    'beforeSplit: { command: [], user: shop }': /hooks.beforeSplit.command/,
    'beforeSplit: { command: [/bin/on, "\\0"], user: shop }': /expected no null byte/,
    'afterSplit: { command: [/bin/on], user: shop, timeoutSeconds: 301 }':
      /hooks.afterSplit.timeoutSeconds: /,
    'afterSplit: { command: [/bin/on], user: shop, timeoutSeconds: 0 }': /hooks.afterSplit.timeoutSeconds: /,
    'afterSplit: { command: [/bin/on], user: "a b" }': /expected the name of a user/,
    'duringSplit: {}': /^shop.yaml:3:3: hooks: unknown key "duringSplit"/,
  }
  for (const [text, expected] of Object.entries(mistakes)) {
    t.match(parse(text).problems.map(formatProblem), [expected], text)
  }
  const words = ['/bin/on', ...Array(64).fill('x')].join(', ')
  t.match(parse(`afterSplit: { command: [${words}], user: shop }`).problems.map(formatProblem), [
    /at most 64/,
  ])
  t.end()
})
