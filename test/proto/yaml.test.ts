import fc from 'fast-check'
import t from 'tap'
import { z } from 'zod'
import { formatProblem, parseYaml } from '../../proto/yaml.ts'

const schema = z.strictObject({
  name: z.string().optional(),
  stop: z.strictObject({ graceSeconds: z.number().max(600) }).optional(),
  disks: z.array(z.strictObject({ serial: z.string() })).optional(),
})

const problemsOf = (text: string) =>
  parseYaml({ text, file: 'shop.yaml', schema }).problems.map((problem) => formatProblem(problem))

t.test('a sound file gives its value', (t) => {
  const result = parseYaml({ text: 'name: shop\nstop: { graceSeconds: 3 }\n', file: 'shop.yaml', schema })
  t.same(result, { value: { name: 'shop', stop: { graceSeconds: 3 } }, problems: [] })
  t.end()
})

t.test('an empty file is an empty mapping', (t) => {
  t.same(parseYaml({ text: '# nothing yet\n', file: 'shop.yaml', schema }).value, {})
  t.end()
})

t.test('an unknown key is named where it stands', (t) => {
  t.same(problemsOf('name: shop\nport: 3\n'), ['shop.yaml:2:1: unknown key "port"'])
  t.same(problemsOf('disks:\n  - serial: a\n  - serial: b\n    mount: /srv\n'), [
    'shop.yaml:4:5: disks.1: unknown key "mount"',
  ])
  t.end()
})

t.test('a wrong value is shown at its key, a missing one at what lacks it', (t) => {
  t.match(problemsOf('name: shop\nstop:\n  graceSeconds: long\n'), [/^shop\.yaml:3:3: stop\.graceSeconds: /])
  t.match(problemsOf('name: a\nstop: {}\n'), [/^shop\.yaml:2:7: stop\.graceSeconds: /])
  t.match(problemsOf('- a\n'), [/^shop\.yaml:1:1: /])
  t.end()
})

t.test('what is no YAML is shown at its place', (t) => {
  t.match(problemsOf('name: a\nname: b\n'), [/^shop\.yaml:2:1: .*unique/])
  t.match(problemsOf('name: !secret a\n'), [/^shop\.yaml:1:7: /])
  t.ok(problemsOf('name: [a\n').length > 0)
  t.ok(problemsOf('a: 1\n---\nb: 2\n').length > 0)
  t.end()
})

t.test('hostile files end as problems', (t) => {
  t.match(problemsOf('['.repeat(100_000)), [/^shop\.yaml:\d+:\d+: /])
  t.match(problemsOf('x'.repeat(300_000)), [/larger than/])
  const bomb = ['a0: &a0 [x, x, x, x]']
  for (let level = 1; level < 20; level++) {
    bomb.push(`a${level}: &a${level} [*a${level - 1}, *a${level - 1}, *a${level - 1}, *a${level - 1}]`)
  }
  t.match(problemsOf(bomb.join('\n')), [/alias/])
  t.end()
})

t.test('any text gives a value or problems, with places inside the text', (t) => {
  const piece = fc.oneof(
    fc.constantFrom(
      'name',
      'stop',
      'disks',
      ':',
      ': ',
      '\n',
      '  ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '&a',
      '*a',
      '"',
      '|',
    ),
    fc.string({ maxLength: 4 }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join('')
      const { problems } = parseYaml({ text, file: 'f', schema })
      for (const problem of problems) {
        if (problem.line < 1 || problem.line > text.split('\n').length + 1)
          throw new Error(formatProblem(problem))
      }
    }),
    { numRuns: 500 },
  )
  t.end()
})
