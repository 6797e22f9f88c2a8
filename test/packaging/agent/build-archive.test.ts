import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import t, { type Test } from 'tap'
import { buildAgentArchive } from '../../../packaging/agent/build-archive.ts'
import { fingerprint } from '../../../packaging/make/fingerprint.ts'

/** A Debian package with a few files of the real one's. */
async function makePackage(t: Test) {
  const directory = t.testdir({
    tree: {
      DEBIAN: { control: 'Package: x\nVersion: 1\nArchitecture: amd64\nMaintainer: x\nDescription: x\n' },
      etc: { cleave: { 'agent.yaml': '{}\n', 'groups.d': {} } },
      usr: { bin: { 'cleave-agent': '#!/bin/sh\n' }, share: { lintian: { overrides: '' } } },
    },
  })
  const tree = join(directory, 'tree')
  await chmod(join(tree, 'usr/bin/cleave-agent'), 0o755)
  await symlink('../there', join(tree, 'usr/link'))
  await mkdir(join(directory, 'out'))
  const file = join(directory, 'out/cleave-agent_1_amd64.deb')
  await execa('dpkg-deb', ['--root-owner-group', '-Zgzip', '--build', tree, file])
  return { file, version: '1', hash: 'of all that' }
}

t.test('the archive holds the files of the package, and a script that installs them', async (t) => {
  const built = await makePackage(t)
  const archive = await buildAgentArchive(built)
  t.equal(archive, built.file.replace('.deb', '.tar.gz'))
  const { stdout } = await execa('tar', ['--list', '--verbose', '--gzip', `--file=${archive}`])
  const entries = stdout.split('\n').map((line) => line.replace(/^(\S+ \S+) +\d+ \S+ \S+ /, '$1 '))
  t.same(entries, [
    'drwxr-xr-x 0/0 cleave-agent_1_amd64/',
    '-rwxr-xr-x 0/0 cleave-agent_1_amd64/install.sh',
    'drwxr-xr-x 0/0 cleave-agent_1_amd64/root/',
    'drwxr-xr-x 0/0 cleave-agent_1_amd64/root/etc/',
    'drwxr-xr-x 0/0 cleave-agent_1_amd64/root/etc/cleave/',
    '-rw-r--r-- 0/0 cleave-agent_1_amd64/root/etc/cleave/agent.yaml',
    'drwxr-xr-x 0/0 cleave-agent_1_amd64/root/etc/cleave/groups.d/',
    'drwxr-xr-x 0/0 cleave-agent_1_amd64/root/usr/',
    'drwxr-xr-x 0/0 cleave-agent_1_amd64/root/usr/bin/',
    '-rwxr-xr-x 0/0 cleave-agent_1_amd64/root/usr/bin/cleave-agent',
    'lrwxr-xr-x 0/0 cleave-agent_1_amd64/root/usr/link -> ../there',
    'drwxr-xr-x 0/0 cleave-agent_1_amd64/root/usr/share/',
  ])
})

t.test('the same package gives the same bytes, and nothing is done twice', async (t) => {
  const built = await makePackage(t)
  const archive = await buildAgentArchive(built)
  const first = fingerprint([await readFile(archive)])
  await writeFile(`${archive}.hash`, 'of something else')
  await buildAgentArchive(built)
  t.equal(fingerprint([await readFile(archive)]), first)
  const doing: string[] = []
  await buildAgentArchive(built, (text) => void doing.push(text))
  t.same(doing, [])
})
