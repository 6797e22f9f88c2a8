import t from 'tap'
import { createInfrastructureTest, isInfrastructureUnit } from '../../../agent/group/infrastructure.ts'
import { observe, sampleProcess } from './sample-facts.ts'

const isInfrastructure = createInfrastructureTest({ units: ['backup-*.service'], ownPid: 77 })

const of = (unit: string, command = 'x', userUnit = '') =>
  isInfrastructure(observe(sampleProcess(100, { unit, arguments: command.split(' ') }), { userUnit }))

t.test('what every machine keeps is infrastructure', (t) => {
  const units = [
    'cleave-agent.service',
    'init.scope',
    'dbus.service',
    'systemd-journald.service',
    'systemd-journald@web.service',
    'systemd-udevd.service',
    'systemd-networkd.service',
    'qemu-guest-agent.service',
    'rpc-statd.service',
    'backup-daily.service',
  ]
  for (const unit of units) t.ok(of(unit), unit)
  t.ok(isInfrastructure(observe(sampleProcess(1))), 'init')
  t.ok(isInfrastructure(observe(sampleProcess(77))), 'the agent')
  t.ok(of('user@1000.service', '/lib/systemd/systemd --user', 'init.scope'), "a user's systemd")
  t.ok(of('user@1000.service', 'dbus-daemon', 'dbus.service'), "a user's bus")
  t.end()
})

t.test("where users are groups, a user's own systemd is the user's", (t) => {
  const byUser = createInfrastructureTest({ units: [], ownPid: 77, userManagers: false })
  const inManager = (userUnit: string) =>
    byUser(observe(sampleProcess(100, { unit: 'user@1000.service' }), { userUnit }))
  t.notOk(inManager('init.scope'))
  t.notOk(inManager('dbus.service'))
  t.ok(byUser(observe(sampleProcess(100, { unit: 'dbus.service' }))))
  t.end()
})

t.test('work is not', (t) => {
  const units = ['', 'nginx.service', 'cron.service', 'session-3.scope', 'systemd-nspawn@web.service']
  for (const unit of [...units, 'my-dbus.service', 'dbus.service.service', 'dbusxservice'])
    t.notOk(of(unit), unit)
  t.notOk(of('user@1000.service', 'sync', 'sync.service'))
  t.end()
})

t.test('consoles and ssh are, what people start from them is not', (t) => {
  t.ok(of('serial-getty@ttyS0.service', '/sbin/agetty -o -p -- \\u --keep-baud 115200 ttyS0'))
  t.ok(of('getty@tty1.service', '/bin/login -p --'))
  t.notOk(of('getty@tty1.service', '-bash'))
  t.notOk(of('getty@tty1.service', '/home/login/worker'))
  t.ok(of('ssh.service', 'sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups'))
  t.ok(of('ssh.service', '/usr/sbin/sshd -D'))
  t.notOk(of('ssh.service', 'sshd: root@pts/0'))
  t.notOk(of('ssh.service', '-bash'))
  t.end()
})

t.test('a unit is infrastructure as a whole or not', (t) => {
  t.ok(isInfrastructureUnit('dbus.service', []))
  t.ok(isInfrastructureUnit('backup-a.service', ['backup-*.service']))
  t.notOk(isInfrastructureUnit('ssh.service', []))
  t.notOk(isInfrastructureUnit('nginx.service', ['a+b.service']))
  t.end()
})
