import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createServiceAddresses } from '../../agent/service-addresses.ts'
import { foreignGroups, markForeign } from '../../agent/split/foreign-markers.ts'

t.test('a machine serves the declared addresses of its own groups', (t) => {
  const root = t.testdir()
  const groupsFolder = join(root, 'groups.d')
  const serviceAddresses = createServiceAddresses({ groupsFolder, root })
  t.same(serviceAddresses(), [], 'nothing is declared')

  mkdirSync(groupsFolder)
  const declare = (name: string, more: string) =>
    writeFileSync(join(groupsFolder, `${name}.yaml`), `match: { units: [${name}.service] }\n${more}`)
  declare('shop', 'serviceAddress: 10.77.0.80/24\n')
  declare('mail', 'serviceAddress: 10.77.0.25/24\n')
  declare('workers', '')
  t.same(serviceAddresses().sort(), ['10.77.0.25/24', '10.77.0.80/24'])

  markForeign(root, { name: 'mail', units: ['mail.service'], marks: ['mail'] })
  t.same(serviceAddresses(), ['10.77.0.80/24'])
  t.same([...foreignGroups(root)], ['mail'])
  t.end()
})
