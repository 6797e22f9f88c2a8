import fc from 'fast-check'
import t from 'tap'
import { renameInHosts } from '../../../agent/identity/hosts-file.ts'

t.test('the line of the former name gets the new one', (t) => {
  const before = '127.0.0.1\tlocalhost\n127.0.1.1\tparent.example.org parent # ours\n10.0.0.9 parent\n'
  const after = '127.0.0.1\tlocalhost\n127.0.1.1\tchild.example.org child # ours\n10.0.0.9 parent\n'
  t.equal(renameInHosts(before, 'parent', 'child'), after)
  t.equal(renameInHosts('127.0.0.1 localhost parent\n', 'parent', 'child'), '127.0.0.1\tlocalhost child\n')
  t.equal(renameInHosts('::1 parent child\n', 'parent', 'child'), '::1\tchild\n')
  t.end()
})

t.test('a line is added when there is none', (t) => {
  t.equal(renameInHosts('', 'parent', 'child'), '127.0.1.1\tchild\n')
  t.equal(
    renameInHosts('127.0.0.1 localhost', 'localhost', 'child'),
    '127.0.0.1 localhost\n127.0.1.1\tchild\n',
  )
  t.equal(renameInHosts('# 127.0.1.1 child\n', '', 'child'), '# 127.0.1.1 child\n127.0.1.1\tchild\n')
  t.end()
})

const name = fc.constantFrom('parent', 'child', 'localhost', 'other', 'parent.example.org')
const line = fc.oneof(
  fc.string().map((text) => text.replaceAll('\n', '')),
  fc
    .tuple(fc.constantFrom('127.0.0.1', '127.0.1.1', '::1', '10.0.0.1'), fc.array(name))
    .map(([address, names]) => [address, ...names].join(' ')),
)
const file = fc.array(line).map((lines) => lines.join('\n'))

t.test('afterwards the new name is there, the former is not, and the same again changes nothing', (t) => {
  const loopbackNames = (text: string) =>
    text
      .split('\n')
      .map((one) => one.split('#')[0]?.trim().split(/\s+/) ?? [])
      .filter(([address]) => address?.startsWith('127.') || address === '::1')
      .flatMap(([, ...names]) => names)
  fc.assert(
    fc.property(file, (text) => {
      const renamed = renameInHosts(text, 'parent', 'child')
      const names = loopbackNames(renamed)
      return (
        names.includes('child') &&
        !names.includes('parent') &&
        renameInHosts(renamed, 'parent', 'child') === renamed
      )
    }),
  )
  t.end()
})

t.test('every line that is not about this machine stays byte for byte', (t) => {
  fc.assert(
    fc.property(
      file.filter((text) => text !== ''),
      (text) => {
        const before = text.replace(/\n$/, '').split('\n')
        const after = renameInHosts(text, 'parent', 'child').split('\n')
        return before.every((one, index) => one === after[index] || /^\s*(127\.|::1)/.test(one))
      },
    ),
  )
  t.end()
})
