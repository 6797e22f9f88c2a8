import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { createDeclarationReader } from '../../../../agent/group/declaration/read.ts'
import { formatProblem } from '../../../../proto/yaml.ts'

const sound = 'match: { users: [a] }\n'

function read(folder: string) {
  const { declarations, problems } = createDeclarationReader({ folder }).read()
  return {
    names: declarations.map(({ name }) => name),
    problems: problems.map((problem) => formatProblem(problem).replace(`${folder}/`, '')),
  }
}

t.test('no folder and an empty folder declare nothing', (t) => {
  t.same(read('/nowhere'), { names: [], problems: [] })
  t.same(read(t.testdir({})), { names: [], problems: [] })
  t.end()
})

t.test('good files are used beside bad ones', (t) => {
  const folder = t.testdir({
    'a.yaml': sound,
    'b.yaml': 'match: 3\n',
    'c.yaml': sound,
    'd.yaml~': '',
    README: '',
  })
  const { names, problems } = read(folder)
  t.same(names, ['a', 'c'])
  t.match(problems, [/^b\.yaml:1:1: match: /])
  t.end()
})

t.test('a file that others could have written is not used', (t) => {
  const folder = t.testdir({ 'a.yaml': sound, 'b.yaml': sound, 'c.yaml': sound })
  chmodSync(join(folder, 'a.yaml'), 0o664)
  chownSync(join(folder, 'b.yaml'), 65_534, 0)
  t.same(read(folder), {
    names: ['c'],
    problems: [
      'a.yaml:1:1: can be written by others than its owner; it is not used',
      'b.yaml:1:1: belongs to user 65534, not to 0; it is not used',
    ],
  })
  chmodSync(folder, 0o777)
  t.match(createDeclarationReader({ folder }).read(), {
    declarations: [],
    problems: [{ file: folder, message: /can be written by others.*nothing in it is used/ }],
  })
  t.end()
})

t.test('links stay in their folder', (t) => {
  const root = t.testdir({ 'outside.yaml': sound, folder: { 'a.yaml': sound } })
  const folder = join(root, 'folder')
  symlinkSync('a.yaml', join(folder, 'b.yaml'))
  symlinkSync('../outside.yaml', join(folder, 'c.yaml'))
  symlinkSync('nowhere.yaml', join(folder, 'd.yaml'))
  const { names, problems } = read(folder)
  t.same(names, ['a', 'b'])
  t.match(problems, [/^c\.yaml:1:1: leads out of its folder/, /^d\.yaml:1:1: can't be opened: ENOENT/])
  t.end()
})

t.test('what is no file, too large, too many or misnamed is told', async (t) => {
  const folder = t.testdir({ 'big.yaml': `# ${'x'.repeat(70_000)}`, 'short.yml': sound })
  mkdirSync(join(folder, 'dir.yaml'))
  await execa('mkfifo', [join(folder, 'fifo.yaml')])
  t.same(read(folder).problems, [
    'big.yaml:1:1: is larger than 65536 bytes; it is not used',
    'dir.yaml:1:1: is not a regular file; it is not used',
    'fifo.yaml:1:1: is not a regular file; it is not used',
    'short.yml:1:1: is not used: its name has to end in .yaml',
  ])
  const many = t.testdir({})
  for (let count = 0; count < 258; count++)
    writeFileSync(join(many, `g${String(count).padStart(3, '0')}.yaml`), sound)
  const { names, problems } = read(many)
  t.equal(names.length, 256)
  t.same(problems, ['g256.yaml:1:1: is not used, as are all after it: a folder may have 256 files'])
})

t.test('changes are seen, and only they are read', (t) => {
  const folder = t.testdir({ 'a.yaml': sound })
  const reader = createDeclarationReader({ folder })
  const first = reader.read()
  t.equal(reader.read(), first)
  writeFileSync(join(folder, 'b.yaml'), sound)
  t.equal(reader.read().declarations.length, 2)
  // The same size at the same time: the change itself has a time.
  writeFileSync(join(folder, 'b.yaml'), sound.replace('[a]', '[b]'))
  utimesSync(join(folder, 'b.yaml'), 0, 0)
  t.same(reader.read().declarations[1]?.match.users, ['b'])
  rmSync(join(folder, 'a.yaml'))
  t.same(
    reader.read().declarations.map(({ name }) => name),
    ['b'],
  )
  t.end()
})
