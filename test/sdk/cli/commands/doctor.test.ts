import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { cleaveFor } from '../run-cleave.ts'

t.test('doctor finds what there is, and leaves nothing behind', async (t) => {
  const cleave = cleaveFor(t)
  const home = join(t.testdirName, 'not', 'there')
  const result = await cleave('doctor', '--json', '--home', home)
  const { splittingWorks, checks } = JSON.parse(result.stdout)
  t.same(
    checks.map(({ name }: { name: string }) => name),
    ['system', 'node', 'qemu', 'qemu-img', 'ip', 'perl', 'acceleration', 'network', 'precedence'].concat([
      'memory',
      'space',
      'logout',
      'image',
    ]),
  )
  t.equal(result.exitCode, splittingWorks ? 0 : 6)
  for (const check of checks) t.equal(check.remedy === '', check.state === 'ok', check.name)
  t.notOk(existsSync(home))
  const withoutPrograms = await cleaveFor(t, { PATH: '/nowhere' })('doctor', '--json')
  t.equal(withoutPrograms.exitCode, 6)
  t.match(JSON.parse(withoutPrograms.stdout).checks[2], {
    name: 'qemu',
    state: 'missing',
    remedy: /apt-get install/,
  })
})
