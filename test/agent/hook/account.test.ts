/** A command has all groups of its user. The accounts are this test's own. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { openCgroupTree } from '../../../agent/group/control/cgroup.ts'
import { lookUpAccount } from '../../../agent/hook/account.ts'
import { createCommandRunner } from '../../../agent/hook/command.ts'
import { isInNamespaces, runInNamespaces } from '../namespaces.ts'

if (isInNamespaces()) await testAccounts()
else await runInNamespaces(import.meta.filename)

async function testAccounts(): Promise<void> {
  const { default: t } = await import('tap')
  const folder = t.testdir({
    passwd: `${readFileSync('/etc/passwd', 'utf8')}clerk:x:4242:4243:Clerk:/home/clerk:/bin/clerk\nbare:x:4244:4243:::\n`,
    group: `${readFileSync('/etc/group', 'utf8')}clerks:x:4243:\nbooks:x:4245:clerk,bare\n`,
  })
  for (const name of ['passwd', 'group']) await execa('mount', ['--bind', join(folder, name), `/etc/${name}`])
  const run = createCommandRunner({ tree: openCgroupTree(), parent: `/cleave-test-accounts-${process.pid}` })
  const ids = (user: string) =>
    run({
      hook: { command: ['/bin/sh', '-c', 'id; echo $HOME $SHELL $LOGNAME'], user, timeoutSeconds: 20 },
      environment: {},
      signal: new AbortController().signal,
    })

  t.test('who a user is', async (t) => {
    t.same(await lookUpAccount('clerk'), {
      name: 'clerk',
      userId: 4242,
      groupId: 4243,
      home: '/home/clerk',
      shell: '/bin/clerk',
    })
    t.match(await lookUpAccount('4244'), { name: 'bare', home: '/', shell: '/bin/sh' })
    t.equal(await lookUpAccount('4299'), undefined)
    t.equal(await lookUpAccount('-x'), undefined)
  })

  t.test('a command has all groups of its user', async (t) => {
    const clerk =
      'uid=4242(clerk) gid=4243(clerks) groups=4243(clerks),4245(books)\n/home/clerk /bin/clerk clerk'
    t.equal((await ids('clerk')).output, clerk)
    t.equal((await ids('4242')).output, clerk)
  })

  t.test('a user who is removed meanwhile runs nothing', async (t) => {
    const file = join(folder, 'passwd')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^clerk.*\n/m, ''))
    t.match(await ids('clerk'), { outcome: 'HOOK_OUTCOME_BROKEN', detail: 'there is no user clerk' })
  })
}
