import t from 'tap'
import { groupUnits, unitsOfUsers } from '../../../agent/split/idle-units.ts'
import type { Units } from '../../../agent/systemd/units.ts'

const services = [
  { unit: 'report@alice.service', user: 'alice' },
  { unit: 'exim4.service', user: 'Debian-exim' },
  { unit: 'nightly.service', user: '1000' },
  { unit: 'lost.service', user: 'nobody-knows' },
]
const passwd = `root:x:0:0:root:/root:/bin/bash
alice:x:1000:1000::/home/alice:/bin/bash
Debian-exim:x:101:105::/var/spool/exim4:/usr/sbin/nologin
`
const expected = [
  ['alice', ['report@alice.service', 'nightly.service']],
  ['debian-exim-uid101', ['exim4.service']],
]

t.test('the services of each user, by the name of the group', async (t) => {
  const units = {
    isAvailable: () => true,
    listUserServices: async () => services,
  } as Partial<Units> as Units
  const root = t.testdir({ etc: { passwd } })
  const byUser = { grouping: 'GROUPING_USER' } as const
  t.same([...(await unitsOfUsers({ units, root }, byUser))], expected)
  t.same([...(await unitsOfUsers({ units, root }, { grouping: 'GROUPING_COUPLING' }))], [])
  const none = { isAvailable: () => false } as Partial<Units> as Units
  t.same([...(await unitsOfUsers({ units: none, root: '/nowhere' }, byUser))], [])
})

t.test('those that say that they run as root are as those that say nothing', async (t) => {
  const accounts = new Map([[0, 'root']])
  t.same([...groupUnits([{ unit: 'a.service', user: 'root' }], accounts)], [])
  t.same([...groupUnits([{ unit: 'a.service', user: '0' }], accounts)], [])
})
