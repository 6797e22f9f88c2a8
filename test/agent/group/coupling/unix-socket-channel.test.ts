import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { accept, connect, listen, ownNetwork, startMeeting, unixAddress } from './meeting.ts'
import { joinedBy, startPair } from './sample-pair.ts'

t.test('a unix socket with a path', async (t) => {
  const path = join(t.testdir({}), 's')
  const address = `chdir '${join(path, '..')}'; ${unixAddress("'s'")}`
  t.same(await joinedBy(await startMeeting(t, address)), ['UNIX_SOCKET unix socket s'])
})

t.test('a unix socket with an abstract name', async (t) => {
  const address = unixAddress('"\\\\0cleave-test-$$"'.replaceAll('\\\\', '\\'))
  const pair = await startMeeting(t, address)
  t.same(await joinedBy(pair), [`UNIX_SOCKET unix socket @cleave-test-${pair.parent}`])
})

t.test('names that look like lines of the listing hide nothing', async (t) => {
  const names = [
    'x * 1 * 2 <-> ',
    'x\\nu_str ESTAB 0 0 * 111 * 222 <->\\ny',
    'x 5 * 6 <->\\n',
    '\\e[31m',
    '\\nu_str LISTEN',
  ]
  for (const [index, name] of names.entries()) {
    const pair = await startMeeting(t, unixAddress(`"\\0cleave-${process.pid}-${index}${name}"`))
    const [what = '', ...others] = await joinedBy(pair)
    t.same(others, [])
    t.match(what, /^UNIX_SOCKET unix socket/)
    t.notMatch(what, /\p{Cc}/u)
  }
})

t.test('datagrams to a socket that one is connected to', async (t) => {
  const pair = await startPair(t, {
    before: unixAddress('"\\0cleave-datagram-$$"'),
    first: 'socket(my $l, AF_UNIX, SOCK_DGRAM, 0); bind($l, $address) or die; push @keep, $l',
    second: connect.replace('SOCK_STREAM', 'SOCK_DGRAM'),
  })
  t.same(await joinedBy(pair), [`UNIX_SOCKET unix socket @cleave-datagram-${pair.parent}`])
})

t.test('a pair of sockets', async (t) => {
  const pair = await startPair(t, {
    before: 'socketpair(my $a, my $b, AF_UNIX, SOCK_STREAM, 0) or die',
    first: 'push @keep, $a; close $b',
    second: 'push @keep, $b; close $a',
    after: 'close $a; close $b',
  })
  t.match(await joinedBy(pair), [/^UNIX_SOCKET unix sockets \d+ - \d+$/])
})

t.test('a connection that nobody has accepted yet', async (t) => {
  const before = unixAddress('"\\0cleave-waiting-$$"')
  const pair = await startPair(t, { before, first: listen, second: connect })
  t.same(await joinedBy(pair), [`UNIX_SOCKET unix socket @cleave-waiting-${pair.parent}`])
})

t.test('a listener that both inherited', async (t) => {
  const before = `${unixAddress('"\\0cleave-inherited-$$"')}; ${listen}`
  const pair = await startPair(t, { before, after: 'close pop @keep' })
  t.same(await joinedBy(pair), [`UNIX_SOCKET unix socket @cleave-inherited-${pair.parent}`])
})

t.test('what both are connected to is infrastructure: the agent itself', async (t) => {
  const path = join('/tmp', `cleave-test-${process.pid}.sock`)
  const server = createServer().listen(path)
  t.teardown(() => server.close())
  await once(server, 'listening')
  const pair = await startPair(t, { before: unixAddress(`'${path}'`), first: connect, second: connect })
  t.same(await joinedBy(pair), [])
})

t.test('a unix socket leads from one network namespace into another', async (t) => {
  const path = `/tmp/cleave-test-${process.pid}-between`
  const enter = "syscall(272, 0x40000000) == 0 or die 'unshare'"
  const parts = { before: unixAddress(`'${path}'`), first: accept, second: `${enter}; ${connect}` }
  const pair = await startPair(t, { ...parts, last: `unlink '${path}'` })
  t.same(await joinedBy(pair), [`UNIX_SOCKET unix socket ${path}`])
})

t.test('unix sockets of another network namespace', async (t) => {
  const pair = await startMeeting(t, unixAddress('"\\0cleave-inside-$$"'), { wrapper: ownNetwork })
  t.same(await joinedBy(pair), [`UNIX_SOCKET unix socket @cleave-inside-${pair.parent}`])
})
