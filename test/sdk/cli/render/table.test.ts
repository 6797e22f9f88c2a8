import fc from 'fast-check'
import t from 'tap'
import { type Look, plain } from '../../../../sdk/cli/render/look.ts'
import { type Column, pairs, table } from '../../../../sdk/cli/render/table.ts'
import { textWidth } from '../../../../sdk/cli/render/text-width.ts'

interface Row {
  name: string
  size: string
  command: string
}

const columns: readonly Column<Row>[] = [
  { title: 'NAME', text: (row) => row.name },
  { title: 'SIZE', text: (row) => row.size, align: 'right' },
  { title: 'COMMAND', text: (row) => row.command, cut: true, style: () => 'dim' },
]
const narrow: Look = { ...plain, columns: 24 }

t.test('columns stand below each other', async (t) => {
  const rows = [
    { name: 'shop', size: '8', command: 'nginx' },
    { name: '数据库', size: '1024', command: 'redis-server' },
  ]
  t.equal(
    table(rows, columns, plain),
    ['NAME    SIZE  COMMAND', 'shop       8  nginx', '数据库  1024  redis-server'].join('\n'),
  )
})

t.test('only the last column is cut, only on a terminal, and only when it may be', async (t) => {
  const rows = [{ name: 'shop', size: '8', command: 'redis-server --port 0' }]
  t.match(table(rows, columns, narrow), /^shop {5}8 {2}redis-serve…$/m)
  t.match(table(rows, columns, plain), /redis-server --port 0$/)
  t.match(table(rows, [columns[2] ?? t.fail()] as Column<Row>[], { ...plain, columns: 3 }), /redis-ser…$/)
  const whole = columns.map((column) => ({ ...column, cut: false }))
  t.match(table(rows, whole, narrow), /redis-server --port 0$/)
})

t.test('painting does not change the widths', async (t) => {
  const painted: Look = { ...plain, paint: (style, text) => `<${style}>${text}</>` }
  const rows = [{ name: 'shop', size: '8', command: 'nginx' }]
  const unpaint = (text: string) => text.replace(/<[^>]*>/g, '')
  t.equal(unpaint(table(rows, columns, painted)), table(rows, columns, plain))
})

t.test('whatever is in a cell, a row is one line, and fits when it may be cut', async () => {
  const text = fc.string({ unit: 'binary', maxLength: 8 })
  const row = fc.record({ name: text, size: text, command: fc.string({ unit: 'binary' }) })
  fc.assert(
    fc.property(fc.array(row), (rows) => {
      const lines = table(rows, columns, { ...plain, columns: 200 }).split('\n')
      return lines.length === rows.length + 1 && lines.every((line) => textWidth(line) <= 200)
    }),
  )
})

t.test('pairs of a name and a value', async (t) => {
  t.equal(
    pairs(
      [
        ['id', '1'],
        ['state', '\x1b[2J'],
      ],
      plain,
    ),
    'id     1\nstate  \\x1b[2J',
  )
})
