import fc from 'fast-check'
import t from 'tap'
import { parseDeclaration } from '../../../../agent/group/declaration/parse.ts'
import { formatProblem } from '../../../../proto/yaml.ts'

const parse = (text: string, file = 'shop.yaml') => parseDeclaration(text, file)

const problemsOf = (text: string, file?: string) =>
  parse(text, file).problems.map((problem) => formatProblem(problem))

const whole = `
name: shop
match:
  units: [nginx.service, redis-server.service, 'shop@a.scope']
  users: [shop, 1001]
  cgroups: [/system.slice/shop.slice]
  commands: ['^/usr/bin/python3 /srv/shop']
  pids: [812]
together: [cart]
apart: [mail]
start: [redis-server.service, nginx.service]
stop: { graceSeconds: 10 }
disks: [{ serial: shop-data, mountPoint: /srv/shop/data, fileSystem: ext4, options: [noatime] }]
endpoints: [{ name: http, protocol: tcp, port: 80 }]
serviceAddress: 10.77.0.80/24
`

t.test('a whole declaration', (t) => {
  const { declaration, problems } = parse(whole, '/etc/cleave/groups.d/other.yaml')
  t.same(problems, [])
  t.match(declaration, {
    name: 'shop',
    file: '/etc/cleave/groups.d/other.yaml',
    match: {
      units: ['nginx.service', 'redis-server.service', 'shop@a.scope'],
      users: ['shop', '1001'],
      cgroups: ['/system.slice/shop.slice'],
      pids: [812],
    },
    together: ['cart'],
    apart: ['mail'],
    start: ['redis-server.service', 'nginx.service'],
    stop: { graceSeconds: 10 },
    disks: [
      {
        serial: 'shop-data',
        uuid: '',
        mountPoint: '/srv/shop/data',
        fileSystem: 'ext4',
        options: ['noatime'],
      },
    ],
    endpoints: [{ name: 'http', protocol: 'tcp', port: 80 }],
    serviceAddress: '10.77.0.80/24',
  })
  t.ok(declaration?.match.commands[0]?.test('/usr/bin/python3 /srv/shop --port 80'))
  t.end()
})

t.test('a short one: name by its file, start by its units', (t) => {
  const { declaration } = parse('match: { units: [b.service, x.scope, a.service] }', '/x/web-2.yaml')
  t.match(declaration, { name: 'web-2', start: ['b.service', 'a.service'], together: [], serviceAddress: '' })
  t.equal(declaration?.stop, undefined)
  t.end()
})

const iscsi = (portal: string, name: string) =>
  `match: { units: [a.service] }\ndisks: [{ mountPoint: /x, iscsi: { portal: "${portal}", name: "${name}" } }]\n`

t.test('disks of a SAN and network file systems', (t) => {
  const { declaration } = parseDeclaration(
    iscsi('[2001:db8::1]:3260', 'iqn.2026-01.org.example:data'),
    'a.yaml',
  )
  const target = { portal: '[2001:db8::1]:3260', name: 'iqn.2026-01.org.example:data', lun: 0 }
  t.match(declaration?.disks, [{ iscsi: target, serial: '', uuid: '', nfs: '' }])
  const text = 'match: { units: [a.service] }\ndisks: [{ mountPoint: /x, nfs: "10.0.0.1:/a b" }]\n'
  t.match(parseDeclaration(text, 'a.yaml').problems, [{ message: /expected server:\/path/ }])
  t.match(parseDeclaration(text.replace('a b', 'ab'), 'a.yaml').declaration?.disks, [
    { nfs: '10.0.0.1:/ab', iscsi: null },
  ])
  t.end()
})

t.test('every mistake is named with its file and line', (t) => {
  const match = 'match: { users: [a] }\n'
  const cases: [string, RegExp][] = [
    [`${match}port: 3\n`, /^shop\.yaml:2:1: unknown key "port"$/],
    ['name: a\n', /^shop\.yaml:1:1: match: /],
    ['match: {}\n', /^shop\.yaml:1:1: match: expected at least one/],
    [`${match}name: Shop!\n`, /^shop\.yaml:2:1: name: expected 1 to 63/],
    ['match:\n  units:\n    - nginx\n', /^shop\.yaml:3:7: match\.units\.0: .*ending/],
    ['match:\n  units:\n    - ../x.service\n', /^shop\.yaml:3:7: /],
    ['match:\n  users: ["a b"]\n', /^shop\.yaml:2:11: /],
    ['match:\n  cgroups: [/a/../b]\n', /^shop\.yaml:2:13: /],
    ['match:\n  cgroups: [/]\n', /^shop\.yaml:2:13: .*less than all/],
    ['match:\n  pids: [0]\n', /^shop\.yaml:2:10: /],
    ['match:\n  pids: [1.5]\n', /^shop\.yaml:2:10: /],
    [`${match}start: [x.scope]\n`, /^shop\.yaml:2:9: start\.0: .*can be started/],
    [`${match}stop: { graceSeconds: -1 }\n`, /^shop\.yaml:2:9: /],
    [
      `${match}disks: [{ mountPoint: /x }]\n`,
      /^shop\.yaml:2:9: disks\.0: expected a serial, a uuid, iscsi, or nfs alone/,
    ],
    [`${match}disks: [{ serial: a, mountPoint: x }]\n`, /^shop\.yaml:2:22: /],
    [`${match}disks: [{ nfs: "a:/b", uuid: aaaa, mountPoint: /x }]\n`, /nfs alone/],
    [`${match}disks: [{ nfs: nowhere, mountPoint: /x }]\n`, /expected server:\/path/],
    [iscsi('10.0.0.1:99999', 'iqn.2026-01.a:b'), /portal: expected the address and port of a target/],
    [iscsi('[::1:3260', 'iqn.2026-01.a:b'), /portal: expected the address and port of a target/],
    [iscsi('host:3260', 'iqn.2026-01.a:b'), /portal: expected the address and port of a target/],
    [iscsi('[::1]:3260', '--logout'), /name: expected the name of a target/],
    [`${match}disks: [{ serial: a, mountPoint: /x, options: ["a,b"] }]\n`, /^shop\.yaml:2:/],
    [`${match}endpoints: [{ name: http, protocol: icmp, port: 80 }]\n`, /^shop\.yaml:2:27: /],
    [`${match}endpoints: [{ name: http, protocol: tcp, port: 65536 }]\n`, /^shop\.yaml:2:42: /],
    [`${match}serviceAddress: 10.77.0.80\n`, /^shop\.yaml:2:1: serviceAddress: .*prefix length/],
  ]
  for (const [text, expected] of cases) t.match(problemsOf(text), [expected], text)
  t.match(problemsOf('match: { users: [a] }', 'Not A Name.yaml'), [/name of the file/])
  t.end()
})

t.test('patterns that could run for ever are refused', (t) => {
  const refused = ['(a)\\1', 'a(?=b)', '((a{16}){16}){16}', '(', 'x'.repeat(257), '']
  for (const pattern of refused) {
    t.match(
      problemsOf(`match:\n  commands: ['${pattern}']\n`),
      [/^shop\.yaml:2:14: match\.commands\.0: /],
      pattern,
    )
  }
  t.end()
})

t.test('patterns that would backtrack for ever elsewhere are matched at once', (t) => {
  const { declaration } = parse("match: { commands: ['^(a+)+$', '(.*a){9}.*b', '(x|xx)*y'] }")
  for (const pattern of declaration?.match.commands ?? [])
    t.equal(pattern.test('a'.repeat(4096).concat('!')), false)
  t.equal(declaration?.match.commands.length, 3)
  t.end()
})

t.test('any file gives a declaration or problems', (t) => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom('match:', '  users: [a]', '  pids: [1]', 'name: a', '- b', '? c'),
  )
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const { declaration, problems } = parse(lines.join('\n'))
      return (declaration === undefined) === problems.length > 0
    }),
  )
  t.end()
})
