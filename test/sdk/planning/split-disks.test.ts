import t from 'tap'
import { type DiskOptions, planDisks } from '../../../sdk/planning/split-disks.ts'
import { group } from '../cli/guest.ts'

const disk = (serial: string) => ({
  serial,
  uuid: '',
  mountPoint: `/srv/${serial}`,
  fileSystem: 'ext4',
  options: [],
  iscsi: null,
  nfs: '',
})
const declared = [
  group({ name: 'shop', disks: [disk('goods'), disk('orders')] }),
  group({ name: 'mail', disks: [disk('letters')] }),
]
const options: DiskOptions = {
  parent: 'vm',
  attached: ['letters', 'goods'],
  declared,
  groups: declared,
  children: [
    { name: 'front', groups: ['shop'] },
    { name: 'post', groups: ['mail'] },
  ],
}

t.test('a disk goes with the group that declares it', async (t) => {
  t.same(planDisks(options), [
    { name: 'letters', group: 'mail', child: 'post' },
    { name: 'goods', group: 'shop', child: 'front' },
  ])
  t.same(planDisks({ ...options, attached: [] }), [])
})

t.test('by user it goes with the user who has the declared group', async (t) => {
  const groups = [
    group({ name: 'alice', declaredGroups: ['mail'] }),
    group({ name: 'bob', declaredGroups: ['shop'] }),
  ]
  const children = [
    { name: 'one', groups: ['alice'] },
    { name: 'two', groups: ['bob'] },
  ]
  t.same(
    planDisks({ ...options, groups, children }).map(({ name, child }) => [name, child]),
    [
      ['letters', 'one'],
      ['goods', 'two'],
    ],
  )
})

t.test('one that nobody declares, or that two would write, is refused', async (t) => {
  t.throws(() => planDisks({ ...options, attached: ['goods', 'stray'] }), {
    code: 'DISK_UNOWNED',
    message: /stray/,
    remedy: /serial: stray.*cleave disk detach stray/,
  })
  const both = [
    { name: 'front', groups: ['shop', 'mail'] },
    { name: 'back', groups: ['shop'] },
  ]
  t.throws(() => planDisks({ ...options, children: both }), {
    code: 'DISK_SHARED',
    message: /front and back would both have shop, which writes the disk goods/,
  })
})
