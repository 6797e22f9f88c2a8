import { once } from 'node:events'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { startPerl } from '../../process/sample-process.ts'
import { edgesAt, joinedBy, type SamplePair, startPair } from './sample-pair.ts'

/** The steps of two processes that meet at an address: `$address` is packed, `$family` set. */
const listen = `socket(my $l, $family, SOCK_STREAM, 0) or die; bind($l, $address) or die "bind: $!"; listen($l, 5);
  push @keep, $l`
const accept = `${listen}; accept(my $c, $l) or die; push @keep, $c`
// The other process may not listen yet.
const connect = `socket(my $s, $family, SOCK_STREAM, 0) or die;
  for (1 .. 1500) { last if connect($s, $address); select undef, undef, undef, 0.02 } push @keep, $s`

const unixAddress = (name: string) => `my $family = AF_UNIX; my $address = pack_sockaddr_un(${name})`

async function startMeeting(
  owner: Parameters<typeof startPair>[0],
  before: string,
  options?: Parameters<typeof startPair>[2],
): Promise<SamplePair> {
  return startPair(owner, { before, first: accept, second: connect }, options)
}

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

const inet = (ip: string, port: number) =>
  `my $family = AF_INET; my $address = pack_sockaddr_in(${port}, inet_aton('${ip}'))`
const inet6 = (ip: string, port: number) =>
  `my $family = AF_INET6; my $address = pack_sockaddr_in6(${port}, inet_pton(AF_INET6, '${ip}'))`

/** One that nobody else uses, as far as this machine can tell. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

t.test('TCP over the loopback and over an address of the machine', async (t) => {
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)
  for (const ip of ['127.0.0.1', '127.8.9.1', ...(own === undefined ? [] : [own.address])]) {
    const port = await freePort()
    const [what = '', ...others] = await joinedBy(await startMeeting(t, inet(ip, port)))
    t.same(others, [])
    t.match(what, /^LOOPBACK_TCP TCP connection [\d.:]+ - [\d.:]+$/)
    t.ok(what.includes(`${ip}:${port}`), what)
  }
})

t.test('TCP over IPv6, and between IPv4 and a socket of IPv6', async (t) => {
  const port = await freePort()
  const [what = ''] = await joinedBy(await startMeeting(t, inet6('::1', port)))
  t.match(what, /^LOOPBACK_TCP TCP connection \[::1\]:\d+ - \[::1\]:\d+$/)
  const [mapped = ''] = await joinedBy(await startMeeting(t, inet6('::ffff:127.0.0.1', await freePort())))
  t.match(mapped, /^LOOPBACK_TCP TCP connection 127\.0\.0\.1:\d+ - 127\.0\.0\.1:\d+$/)
})

t.test('TCP that nobody has accepted yet, and a listener that both inherited', async (t) => {
  const port = await freePort()
  const waiting = await startPair(t, { before: inet('127.0.0.1', port), first: listen, second: connect })
  t.match(await joinedBy(waiting), [/^LOOPBACK_TCP TCP connection 127\.0\.0\.1:\d+ - 127\.0\.0\.1:\d+$/])
  const before = `${inet('127.0.0.1', port + 1)}; ${listen}`
  const inherited = await startPair(t, { before, after: 'close pop @keep' })
  t.same(await joinedBy(inherited), [`SHARED_SOCKET TCP socket 127.0.0.1:${port + 1}`])
})

t.test('network namespaces have sockets of their own', async (t) => {
  const wrapper = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh']
  const port = await freePort()
  const one = await startMeeting(t, inet('127.0.0.1', port), { wrapper })
  const other = await startMeeting(t, inet('127.0.0.1', port), { wrapper })
  for (const pair of [one, other]) {
    t.match(await joinedBy(pair), [/^LOOPBACK_TCP TCP connection 127\.0\.0\.1:\d+ - 127\.0\.0\.1:\d+$/])
  }
  const abstract = await startMeeting(t, unixAddress('"\\0cleave-inside-$$"'), { wrapper })
  t.same(await joinedBy(abstract), [`UNIX_SOCKET unix socket @cleave-inside-${abstract.parent}`])
})

t.test('a unix socket leads from one network namespace into another', async (t) => {
  const path = `/tmp/cleave-test-${process.pid}-between`
  const enter = "syscall(272, 0x40000000) == 0 or die 'unshare'"
  const parts = { before: unixAddress(`'${path}'`), first: accept, second: `${enter}; ${connect}` }
  const pair = await startPair(t, { ...parts, last: `unlink '${path}'` })
  t.same(await joinedBy(pair), [`UNIX_SOCKET unix socket ${path}`])
})

t.test('UDP sockets that both hold are one', async (t) => {
  const program = `use Socket; socket(my $u, AF_INET, SOCK_DGRAM, 0); my $p = fork;
    if (!$p) { POSIX::setsid(); sleep 1000 } print "up\\n$p\\n"; sleep 1000`
  const parent = await startPerl(t, program)
  const child = Number(await parent.line())
  t.teardown(() => void process.kill(child, 'SIGKILL'))
  t.match(await edgesAt([parent.pid]), [{ what: /^SHARED_SOCKET socket \d+$/, pids: [parent.pid, child] }])
})
