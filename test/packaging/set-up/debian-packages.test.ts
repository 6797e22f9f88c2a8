import { chmod, cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { packageRoot } from '../../../packaging/package-root.ts'
import { missingPackages, servicesOf } from '../../../packaging/set-up/debian-packages.mjs'

t.test('a package is there when what it brings is', async (t) => {
  const directory = t.testdir({ bin: { 'a-command': '' }, 'a-file': '' })
  const list = [
    '# comment',
    'present a-command',
    `also-present ${join(directory, 'a-file')}`,
    'missing no-such-command missing.service',
    'also-missing /does/not/exist',
    '',
  ]
  await writeFile(join(directory, 'list'), list.join('\n'))
  const path = process.env['PATH']
  t.teardown(() => {
    process.env['PATH'] = path
  })
  process.env['PATH'] = `${directory}/bin:${path}`
  t.same(missingPackages(join(directory, 'list')), ['missing', 'also-missing'])
  t.same(servicesOf(join(directory, 'list'), ['missing', 'also-missing']), ['missing.service'])
  t.same(servicesOf(join(directory, 'list'), ['present']), [])
})

t.test('without the right to install, one line names the packages', async (t) => {
  // Nobody cannot read a root's checkout, so it gets one that anybody can.
  const top = await mkdtemp(join(tmpdir(), 'set-up-'))
  t.teardown(() => rm(top, { recursive: true }))
  await cp(join(packageRoot(), 'packaging', 'set-up'), join(top, 'packaging', 'set-up'), { recursive: true })
  await writeFile(join(top, 'packaging', 'debian-packages'), 'one no-such-command\ntwo no-other-command\n')
  await chmod(top, 0o755)
  const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
  // The Node of the system, as at a first run: the one of the checkout is not there yet.
  // Behind env -i, as tap would have it write notes about itself to where nobody may not.
  const node = ['-i', `PATH=${pathOutside()}`, 'node']
  const { exitCode, stderr, stdout } = await execa(
    'env',
    [...node, join(top, 'packaging/set-up/run.mjs'), 'demo'],
    {
      ...nobody,
      reject: false,
      cwd: '/',
    },
  )
  t.equal(exitCode, 69)
  t.equal(stdout, '')
  t.match(stderr, /^[^\n]* one two$/)
})

t.test('a command that there is not', async (t) => {
  const { exitCode, stderr } = await execa(
    process.execPath,
    [join(packageRoot(), 'packaging/set-up/run.mjs'), 'dance'],
    { reject: false },
  )
  t.equal(exitCode, 64)
  t.match(stderr, /demo, package, test/)
})

function pathOutside(): string {
  const folders = (process.env['PATH'] ?? '').split(':')
  return folders.filter((folder) => !folder.includes('node_modules')).join(':')
}
