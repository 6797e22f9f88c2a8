import t from 'tap'
import { groupsTree } from '../../../../sdk/cli/render/groups-tree.ts'
import { plain } from '../../../../sdk/cli/render/look.ts'
import { edge, group, id, listed, process } from '../guest.ts'

t.test('groups, their processes, and what couples them with its reasons', async (t) => {
  const other = edge({ from: id(812), to: id(901), evidence: 'pipe 4712' })
  t.equal(
    groupsTree({ ...listed, edges: [...listed.edges, other] }, plain),
    [
      'shop  declared, running  0.50 CPU  40 MiB  10.77.0.80/24  /etc/cleave/groups.d/shop.yaml',
      '├─ 812 nginx: master process  nginx.service, www-data',
      '│  └─ with 901 redis-server: unix socket /run/redis/redis.sock; pipe 4712',
      '└─ 901 redis-server  redis.service, redis',
      'mail  discovered, running  0.50 CPU  40 MiB',
      '└─ 950 [smtpd]  root',
      'idle  declared, stopped  0.00 CPU  0 MiB',
      '',
      'must stay together',
      '└─ shop and mail',
      '   ├─ declared in shop.yaml',
      '   └─ 812 nginx: master process with 950 [smtpd]: pipe 4711',
      '',
      'every child keeps init.scope, systemd-udevd',
    ].join('\n'),
  )
})

t.test('a guest without groups', async (t) => {
  t.equal(
    groupsTree({ groups: [], processes: [], edges: [], bonds: [], problems: [], networkStorage: [] }, plain),
    '',
  )
})

t.test('no text of the guest reaches the terminal as it is', async (t) => {
  const hostile = '\x1b[2J\u202e\n'
  const tree = groupsTree(
    {
      groups: [
        group({ name: hostile, processes: [id(7)], serviceAddresses: [hostile], declaredIn: hostile }),
      ],
      processes: [
        process({ pid: 7, name: hostile, arguments: [hostile], unit: hostile, user: hostile }),
        process({ pid: 1, name: hostile, replicated: true }),
      ],
      edges: [edge({ from: id(7), to: id(1), evidence: hostile })],
      bonds: [{ group: hostile, other: hostile, reasons: [edge({ evidence: hostile })] }],
      problems: [],
      networkStorage: [],
    },
    plain,
  )
  t.notMatch(tree, /[^\P{C}\n]/u)
  t.equal(tree.split('\n').length, 9)
})

t.test('of very many couplings some are shown and the others counted', async (t) => {
  const with25 = Array.from({ length: 25 }, (_, index) => edge({ from: id(812), to: id(2000 + index) }))
  const many = groupsTree({ ...listed, edges: with25, bonds: [] }, plain)
  t.match(many, /└─ and 15 more: see --json/)
  t.equal(many.match(/ with /g)?.length, 10)
  const for25 = Array.from({ length: 25 }, () => edge({ from: id(812), to: id(901) }))
  t.match(
    groupsTree({ ...listed, edges: for25, bonds: [] }, plain),
    /redis-server: (pipe 4711; ){8}17 more\n/,
  )
})
