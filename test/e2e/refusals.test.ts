/** What cannot be done is refused with a code and a remedy, and changes nothing. */
import { execa } from 'execa'
import t from 'tap'
import { openTestHost } from './support/host.ts'
import { isLong } from './support/long.ts'

const everything = 'shop,witness-a,witness-b,witness-c'

t.test('requests that a running machine refuses', { timeout: 470_000 }, async (t) => {
  await using host = await openTestHost()
  const machine = await host.startMachine('whole')
  const shell = await host.shell('whole')
  const before = await host.traces()

  const refused = async (words: string[], expected: { code: string; exit: number; says: RegExp }) => {
    const program = `${import.meta.dirname}/../../sdk/cli/main.ts`
    const { stdout, stderr, exitCode } = await execa(
      process.execPath,
      [program, '--home', host.home, '--json', ...words],
      { reject: false, timeout: 60_000 },
    )
    const { error } = JSON.parse(stdout || stderr)
    t.equal(error.code, expected.code, words.join(' '))
    t.equal(exitCode, expected.exit)
    t.match(error.message, expected.says)
    t.ok(error.remedy.length > 10, 'it says what to do')
    t.same(await host.traces(), before, 'nothing is changed')
    t.equal(await machine.status(), 'running')
  }
  const split = (...words: string[]) => ['split', 'whole', ...words]

  await refused(['groups', 'nobody'], { code: 'MACHINE_NOT_FOUND', exit: 3, says: /nobody/ })
  await refused(split('--child', 'front=shop'), { code: 'GROUP_UNASSIGNED', exit: 4, says: /witness-a/ })
  await refused(split('--child', 'front=shop,nail'), { code: 'GROUP_NOT_FOUND', exit: 3, says: /nail/ })
  await refused(split('--child', `front=${everything},shop`), {
    code: 'GROUP_NAMED_TWICE',
    exit: 2,
    says: /shop/,
  })
  await refused(split('--child', `../x=${everything}`), { code: 'BAD_NAME', exit: 2, says: /\.\.\/x/ })
  await refused(split('--child', `whole=${everything}`), { code: 'MACHINE_EXISTS', exit: 2, says: /whole/ })
  await refused(split('--into', '9'), { code: 'TOO_FEW_GROUPS', exit: 4, says: /9 children/ })

  await t.test('coupled processes are not torn apart, and the channel is named', async () => {
    await shell.run(
      `cd /etc/cleave/groups.d; mv shop.yaml /root/
       printf 'match: { units: [nginx.service] }\\n' > web.yaml
       printf 'match: { units: [shop.service, redis-server.service] }\\n' > data.yaml`,
    )
    const torn = split('--child', 'front=web', '--child', 'back=data,witness-a,witness-b,witness-c')
    // nginx keeps its connection to the application open once a client has asked.
    await shell.run(
      'exec 3<>/dev/tcp/127.0.0.1/80; printf "GET / HTTP/1.0\\r\\n\\r\\n" >&3; cat <&3 >/dev/null',
    )
    await refused(torn, { code: 'COUPLED', exit: 4, says: /unix socket/ })
    await shell.run('cd /etc/cleave/groups.d; rm web.yaml data.yaml; mv /root/shop.yaml .')
  })

  await t.test('a mistake in a group file is named by file and line, and the others go on', async (t) => {
    await shell.run(`printf 'match: { units: [a.service] }\\ncolour: red\\n' > /etc/cleave/groups.d/odd.yaml`)
    const { groups, problems } = await machine.groups()
    t.match(problems, [/odd\.yaml:2.*colour/])
    t.ok(groups.some(({ name }) => name === 'shop'))
    await t.rejects(shell.run('cleave-agent --check'), /odd\.yaml:2/)
    await shell.run('rm /etc/cleave/groups.d/odd.yaml')
  })

  await t.test('a machine whose agent is gone', { skip: !isLong }, async () => {
    await shell.run('systemctl stop cleave-agent')
    await refused(['groups', 'whole'], { code: 'NO_ANSWER', exit: 7, says: /agent of whole/ })
    await shell.run('systemctl start cleave-agent')
    t.ok((await machine.groups()).groups.length > 0, 'and that comes back')
  })
})
