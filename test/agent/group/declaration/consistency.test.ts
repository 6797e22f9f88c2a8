import t from 'tap'
import { checkConsistency } from '../../../../agent/group/declaration/consistency.ts'
import { parseDeclaration } from '../../../../agent/group/declaration/parse.ts'
import { formatProblem } from '../../../../proto/yaml.ts'

/** Texts by the names of their files. */
function check(files: Record<string, string>) {
  const sources = Object.entries(files).flatMap(([file, text]) => {
    const { declaration } = parseDeclaration(text, file)
    return declaration === undefined ? [] : [{ declaration, text }]
  })
  if (sources.length !== Object.keys(files).length) throw new Error('a sample is wrong')
  const { declarations, problems } = checkConsistency(sources, (unit) => unit === 'dbus.service')
  return { names: declarations.map(({ name }) => name), problems: problems.map(formatProblem) }
}

t.test('files that agree', (t) => {
  const files = {
    'a.yaml': 'match: { users: [a] }\ntogether: [b]',
    'b.yaml': 'match: { users: [b] }\napart: [c]',
    'c.yaml': 'match: { users: [c] }',
  }
  t.same(check(files), { names: ['a', 'b', 'c'], problems: [] })
  t.end()
})

t.test('a group that two files name is the first file', (t) => {
  const files = { 'a.yaml': 'match: { users: [a] }', 'b.yaml': '# b\nname: a\nmatch: { users: [b] }' }
  t.same(check(files), {
    names: ['a'],
    problems: ['b.yaml:2:7: group a is already declared in a.yaml; this file is not used'],
  })
  t.end()
})

t.test('groups that are not there, and contradictions', (t) => {
  const files = {
    'a.yaml': 'match: { users: [a] }\ntogether:\n  - b\n  - z\n',
    'b.yaml': 'match: { users: [b] }\napart: [a, b]\n',
  }
  t.same(check(files).problems, [
    'a.yaml:4:5: together: z is declared by no file',
    'b.yaml:2:9: apart: a is declared to stay together with it, so this has no effect',
    'b.yaml:2:12: apart: b is the group itself',
  ])
  t.end()
})

t.test('what only one group can have', (t) => {
  const disk = (serial: string, mountPoint: string) =>
    `disks: [{ serial: ${serial}, mountPoint: ${mountPoint} }]`
  const files = {
    'a.yaml': `match: { units: [x.service], pids: [7] }\n${disk('one', '/srv/a')}\nserviceAddress: 10.0.0.1/24`,
    'b.yaml': `match:\n  units: [x.service]\n  pids: [7]\n${disk('one', '/srv/a')}\nserviceAddress: 10.0.0.1/16`,
  }
  t.same(check(files).problems, [
    'b.yaml:2:11: unit x.service already belongs to group a',
    'b.yaml:3:10: process 7 already belongs to group a',
    'b.yaml:4:19: disk one already belongs to group a',
    'b.yaml:4:36: mount point /srv/a already belongs to group a',
    'b.yaml:5:17: service address 10.0.0.1 already belongs to group a',
  ])
  t.end()
})

t.test('infrastructure belongs to no group', (t) => {
  t.match(check({ 'a.yaml': 'match:\n  units: [a.service, dbus.service]' }).problems, [
    /^a\.yaml:2:22: match\.units: dbus\.service is infrastructure/,
  ])
  t.end()
})
