import { readFile, readlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { buildAgentPackage } from '../../../packaging/agent/build-package.ts'
import { fingerprint } from '../../../packaging/make/fingerprint.ts'
import { declaredFolder } from '../../../proto/application.ts'

const code = `import { join } from 'node:path'
   process.stdout.write(JSON.stringify([join('a', 'b'), process.execArgv, process.argv.slice(2)]))\n`

t.test('the package holds one executable, its unit and its settings', async (t) => {
  const directory = t.testdir({ 'main.ts': code })
  const build = () =>
    buildAgentPackage({ directory: join(directory, 'out'), entry: join(directory, 'main.ts') })
  const { file } = await build()

  const unpacked = join(directory, 'unpacked')
  await execa('dpkg-deb', ['--raw-extract', file, unpacked])
  const { stdout } = await execa(join(unpacked, 'usr/bin/cleave-agent'), ['--check', 'x'], {
    env: { NODE_OPTIONS: '--no-such-flag' },
  })
  const [path, flags, args] = JSON.parse(stdout)
  t.same([path, args], ['a/b', ['--check', 'x']])
  t.ok(flags.includes('--max-semi-space-size=1'), 'with flags of its own, and none from the environment')

  const control = await readFile(join(unpacked, 'DEBIAN/control'), 'utf8')
  t.match(control, /^Package: cleave-agent\nVersion: \d[^@]*\nArchitecture: amd64$/m)
  t.match(control, /^Installed-Size: \d{5,}$/m)
  const { stdout: listing } = await execa('dpkg-deb', ['--contents', file])
  t.match(listing, /drwxr-xr-x root\/root .* \.\/etc\/cleave\/groups\.d\/\n/)
  t.match(listing, /-rw-r--r-- root\/root .* \.\/etc\/cleave\/agent\.yaml\n/)
  const required = 'usr/lib/systemd/system/sysinit.target.requires/cleave-child.service'
  t.equal(await readlink(join(unpacked, required)), '../cleave-child.service')
  const kept = await readFile(join(unpacked, 'DEBIAN/conffiles'), 'utf8')
  t.match(kept, '/etc/cleave/agent.yaml\n')
  t.match(listing, /-rwxr-xr-x root\/root .* \.\/usr\/lib\/cleave\/become-child\n/)
  const declared = await readFile(join(unpacked, 'usr/lib/tmpfiles.d/cleave-agent.conf'), 'utf8')
  t.match(declared, `\nd ${declaredFolder} 1777 root root -\n`)
  for (const type of ['service', 'socket', 'timer', 'path']) {
    const dropIn = join(unpacked, `etc/systemd/system/${type}.d/50-cleave.conf`)
    t.match(await readFile(dropIn, 'utf8'), 'ConditionPathExists=!/var/lib/cleave/foreign/%n')
    if (type === 'service') t.match(await readFile(dropIn, 'utf8'), 'ExecCondition=+/usr/bin/test ! -e ')
    t.match(
      kept,
      `/etc/systemd/system/${type}.d/50-cleave.conf\n`,
      'marks and conditions go together, at a purge',
    )
  }

  const first = fingerprint([await readFile(file)])
  await writeFile(`${file}.hash`, 'of something else')
  await utimes(join(directory, 'main.ts'), 0, 0)
  await build()
  t.equal(fingerprint([await readFile(file)]), first, 'the same sources give the same bytes')

  const doing: string[] = []
  const onProgress = (text: string) => void doing.push(text)
  const again = { directory: join(directory, 'out'), entry: join(directory, 'main.ts'), onProgress }
  await buildAgentPackage(again)
  t.same(doing, [], 'nothing is done twice')
})

t.test('code that cannot be bundled leaves no package', async (t) => {
  const directory = t.testdir({ 'main.ts': "import './not-there.ts'" })
  await t.rejects(
    buildAgentPackage({ directory: join(directory, 'out'), entry: join(directory, 'main.ts') }),
    {
      message: /not-there/,
    },
  )
})
